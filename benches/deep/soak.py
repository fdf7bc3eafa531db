"""Constant mixed load for some minutes: memory, open files and the journal must not grow."""

import argparse
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from portico import Mock, Portico  # noqa: E402
from stage import Stage  # noqa: E402

RIG = pathlib.Path(__file__).resolve().parent.parent / "rig"


def slope(points):
    """Least squares: growth of y for one x."""
    n, sx, sy = len(points), sum(x for x, _ in points), sum(y for _, y in points)
    sxx, sxy = sum(x * x for x, _ in points), sum(x * y for x, y in points)
    return (n * sxy - sx * sy) / (n * sxx - sx * sx)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=5)
    options = parser.parse_args()
    seconds = int(options.minutes * 60)
    mock = Mock(str(options.bin / "mock-upstream"))
    portico = Portico(str(options.bin / "portico"))
    loads = []
    try:
        stage = Stage(portico, mock, {"mock-small": "mock-small", "mock-c50-d10-ts": "mock-c50-d10-ts"})
        environment = {**os.environ, "MODEL": "mock-small", "KEY": stage.key, "BYTES": "2000", "HEADERS": "", "KEYS": ""}
        whole = ["wrk", "-t1", "-c4", f"-d{seconds}s", "--timeout", "20s", "-s", str(RIG / "load/post.lua"), stage.chat_url]
        streams = [
            str(options.bin / "stream-load"), "run", "--url", stage.chat_url, "--key", stage.key, "--pid", "0", "--headers", "",
            "--seconds", str(seconds), "--model", "mock-c50-d10-ts", "--streams", "50",
        ]
        loads = [subprocess.Popen(c, env=environment, stdout=subprocess.PIPE, text=True) for c in (whole, streams)]
        begin, sizes, files, journal = time.monotonic(), [], [], []
        while any(load.poll() is None for load in loads):
            at, pid = time.monotonic() - begin, portico.process.pid
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            size = int(next(l for l in status.splitlines() if l.startswith("VmRSS")).split()[1]) / 1024
            if at > seconds * 0.3:  # caches are warm
                sizes.append((at / 3600, size))
            files.append(len(os.listdir(f"/proc/{pid}/fd")))
            journal.append(sum(f.stat().st_size for f in (portico.folder / "data/journal").iterdir()) / (1 << 20))
            time.sleep(2)
        done = [load.communicate()[0].strip().splitlines()[-1] for load in loads]
        growth = slope(sizes)
        print(f"\n### Soak, {options.minutes:g} minutes\n\n| What | Figure |\n|---|---|")
        print(f"| whole answers | `{done[0]}` |\n| streams | `{done[1]}` |")
        print(f"| memory at the end, growth | {sizes[-1][1]:.0f} MiB, {growth:.1f} MiB/h |")
        print(f"| open files, most | {max(files)} |\n| journal, most | {max(journal):.1f} MiB |")
    finally:
        for load in loads:
            if load.poll() is None:
                load.kill()
        portico.close()
        mock.stop()
    sys.exit(1 if growth > 60 * 20 / options.minutes else 0)


main()
