"""F2, F3, F4 with the timers as they are set from the start: a vendor that swallows connections, one that
never speaks, one that stops in the middle. They wait side by side, while another vendor answers others."""

import argparse
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import setup  # noqa: E402
from portico import Portico  # noqa: E402
from vendor import Call, Vendor, call  # noqa: E402


def black_hole():
    """An address whose queue of connections is full: what comes new is never answered."""
    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    fill = []
    for _ in range(3):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(hole.getsockname())
        fill.append(one)
    return hole, fill


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--whole-seconds", type=int, default=60, help="the limit set for the whole answer (the default of 600 is long)")
    options = parser.parse_args()
    vendor, (hole, _fill) = Vendor(), black_hole()
    portico = Portico(str(options.bin / "portico"))
    rows, failed = [], 0
    try:
        good, away = f"http://127.0.0.1:{vendor.port}/v1", f"http://127.0.0.1:{hole.getsockname()[1]}/v1"
        models = {name: ("good", name) for name in ("ok", "silent", "stall")} | {"silent-whole": ("good", "silent"), "hole": ("away", "ok")}
        made = setup.publish(
            portico, "deep", {"good": ("custom", good), "away": ("custom", away)}, models, {"Wide": ("auto", None)}
        )
        app = setup.app(portico, "Deep")
        setup.subscribe(portico, app, made["version"], made["plans"]["Wide"])
        _, key = setup.key(portico, app, limits=setup.WIDE, never_expires=True)
        setup.until_served(portico, key, set(models))
        whole = next(m for m in portico.api("GET", "/models")["items"] if m["name"] == "silent-whole")
        target = portico.api("GET", f"/models/{whole['id']}")["targets"][0]
        portico.api("PATCH", f"/targets/{target['id']}", {"timers": {"total_ms": options.whole_seconds * 1000}})
        time.sleep(1.5)
        port = portico.port
        waiting = {
            "hole": Call(port, key, "hole", False), "silent": Call(port, key, "silent", True),
            "silent-whole": Call(port, key, "silent-whole", False), "stall": Call(port, key, "stall", True),
        }
        slowest = 0.0
        while any(one.took is None for one in waiting.values()):
            beside = call(port, key)
            slowest = max(slowest, beside.took)
            failed += beside.status != 200
            time.sleep(0.25)

        def judge(name, what, good, limit):
            nonlocal failed
            failed += not good
            one = waiting[name]
            rows.append(f"| {what} | {one.status} `{one.code()}` | {one.took:.2f} | {limit} |{'' if good else ' **missed**'}")

        one = waiting["hole"]
        judge("hole", "F2 black hole", (one.status, one.code()) == (504, "vendor_timeout") and 5 <= one.took <= 5.4, "5 + 0.2")
        one = waiting["silent-whole"]
        limit = options.whole_seconds
        judge("silent-whole", "F3 no answer, whole", (one.status, one.code()) == (504, "vendor_timeout") and limit <= one.took <= limit + 1, f"{limit} (set on the target)")
        one = waiting["silent"]
        comments = one.text.count(": waiting\n")
        good = one.status == 200 and one.code() == "vendor_timeout" and "[DONE]" not in one.text and 120 <= one.took <= 121
        judge("silent", f"F3 no answer, stream: head after {one.head_after:.1f} s, {comments} comments", good and 14.9 <= one.head_after <= 15.5 and comments >= 6, "120")
        one = waiting["stall"]
        good = one.status == 200 and one.text.count("content") == 5 and one.code() in ("stream_interrupted", "vendor_timeout")
        judge("stall", "F4 stops in the middle, stream", good and 120 <= one.took <= 121.5, "120 + 1")
        print("\n### Vendors that keep one waiting\n\n| Vendor | the caller is told | after s | limit s |\n|---|---|---|---|")
        print("\n".join(rows))
        print(f"| another one meanwhile, slowest answer | 200 | {slowest:.3f} | 1 |")
        failed += slowest > 1
        time.sleep(2)
        calls = {name: portico.api("GET", f"/calls?model={name}")["items"][0] for name in waiting}
        said = [f"{model} `{row['state']}` with usage `{row['usage_source']}`" for model, row in sorted(calls.items())]
        print(f"\nTheir rows: {', '.join(said)}.")
        failed += calls["stall"]["usage_source"] != "estimated"
    finally:
        portico.close()
    sys.exit(1 if failed else 0)


main()
