"""Checks what is written beside the code: links lead somewhere, short things stay short."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST = {"install.sh": 250, "docs/ARCHITECTURE.md": 150}
LONGEST_DECISION = 40
# Made by the browser journeys, not kept for every commit.
MADE_LATER = {"docs/screenshot.png"}


def anchors(text):
    """The addresses that a page's headings get."""
    found = set()
    for heading in re.findall(r"^#+\s+(.*)$", text, re.M):
        plain = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading)
        found.add(re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-"))
    return found


def links(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def broken(page):
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if str(target.relative_to(ROOT)) in MADE_LATER:
            continue
        if not target.exists():
            yield f"{page.relative_to(ROOT)}: {link} leads nowhere"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
            yield f"{page.relative_to(ROOT)}: {link}: no such heading"


def too_long():
    limits = dict(LONGEST)
    limits.update({str(p.relative_to(ROOT)): LONGEST_DECISION for p in ROOT.glob("docs/adr/[0-9]*.md")})
    for name, limit in limits.items():
        path = ROOT / name
        lines = len(path.read_text().splitlines()) if path.exists() else 0
        if lines > limit:
            yield f"{name} has {lines} lines; {limit} is the most"


def main():
    pages = [p for p in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")] if p.exists()]
    checks = [*((p, list(broken(p))) for p in pages), ("sizes", list(too_long()))]
    for _, faults in checks:
        for fault in faults:
            print(fault)
    failed = sum(1 for _, faults in checks if faults)
    print(f"{len(checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
