"""P6, F9: PostgreSQL is stopped under load and started again. To be run by scripts/with-postgres."""

import argparse
import glob
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import setup  # noqa: E402
from portico import Portico, get  # noqa: E402
from vendor import Vendor, call  # noqa: E402


def control(*words):
    """pg_ctl on the server of scripts/with-postgres, as its owner."""
    binary = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"))[-1]
    owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run(
        [*owner, binary, "-D", f"{os.environ['PORTICO_TEST_DB_FOLDER']}/data", "-w", *words],
        check=True, stdout=subprocess.DEVNULL, cwd=os.environ["PORTICO_TEST_DB_FOLDER"],
    )


def p99(values):
    return sorted(values)[int(len(values) * 0.99) - 1] * 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=14)
    options = parser.parse_args()
    server = os.environ["PORTICO_TEST_DB"]
    name = f"portico_outage_{uuid.uuid4().hex}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    url = re.sub(r"/[^/?]*([?].*)?$", f"/{name}", server)
    vendor = Vendor()
    portico = Portico(str(options.bin / "portico"), f'\n[database]\nurl = "{url}"\n')
    failed = 0
    try:
        made = setup.publish(portico, "deep", {"v": ("custom", f"http://127.0.0.1:{vendor.port}/v1")}, {"ok": ("v", "ok")}, {"Wide": ("auto", None)})
        app = setup.app(portico, "Deep")
        setup.subscribe(portico, app, made["version"], made["plans"]["Wide"])
        _, key = setup.key(portico, app, limits=setup.WIDE)
        _, unseen = setup.key(portico, app, limits=setup.WIDE)
        setup.until_served(portico, key, {"ok"})
        before = [call(portico.port, key).took for _ in range(300)]
        options_file = os.environ["PORTICO_TEST_DB_OPTIONS"]
        control("-m", "fast", "stop")
        stopped = time.monotonic()
        during, statuses, unknown, pages = [], {}, {}, {}
        while time.monotonic() - stopped < options.minutes * 60:
            one = call(portico.port, key)
            during.append(one.took)
            statuses[one.status] = statuses.get(one.status, 0) + 1
            if len(during) % 50 == 0:
                for key_ in (unseen, setup.mint()):
                    answer = call(portico.port, key_)
                    said = f"{answer.status} {answer.code()}"
                    unknown[said] = unknown.get(said, 0) + 1
                page = get(portico.port, "/sign-in")[0]
                pages[page] = pages.get(page, 0) + 1
            time.sleep(0.005)
        journal = sum(f.stat().st_size for f in (portico.folder / "data/journal").iterdir()) / 1024
        control("-l", f"{os.environ['PORTICO_TEST_DB_FOLDER']}/log", "-o", options_file, "start")
        back = time.monotonic()
        while call(portico.port, unseen).status != 200:
            time.sleep(0.05)
        healed = time.monotonic() - back
        hits, rows, end = vendor.seen(), 0, time.monotonic() + 30
        while rows < hits and time.monotonic() < end:
            count = subprocess.run(["psql", "-tA", url, "-c", "select count(*) from calls where state = 'answered'"], capture_output=True, text=True)
            rows = int(count.stdout.strip() or 0)
            time.sleep(0.2)
        drained = time.monotonic() - back
        print(f"\n### PostgreSQL stopped for {options.minutes:g} minutes\n\n| What | Figure | Limit |\n|---|---|---|")
        print(f"| calls with a known key meanwhile | {', '.join(f'{s}: {n:,}' for s, n in statuses.items())} | 200 alone |")
        print(f"| p99 before · meanwhile | {p99(before):.1f} · {p99(during):.1f} ms (median {statistics.median(before) * 1000:.1f} · {statistics.median(during) * 1000:.1f}) | + 5 ms |")
        print(f"| keys that were not seen before | {unknown} | 503 `auth_unavailable` alone |")
        print(f"| a page | {pages} | 200 or 503 |")
        print(f"| journal when it came back | {journal:,.0f} KiB | |")
        print(f"| unseen keys work again · all rows are posted, after | {healed:.1f} · {drained:.1f} s | |")
        print(f"| **vendor calls · rows** | {hits:,} · {rows:,} | equal |")
        failed += set(statuses) != {200} or set(unknown) != {"503 auth_unavailable"} or rows != hits
        failed += p99(during) > p99(before) + 5 or not set(pages) <= {200, 503}
    finally:
        portico.close()
    sys.exit(1 if failed else 0)


main()
