"""Runs the modes of scripts/bench: starts the mock vendor and Portico, lets load/compare.sh measure, and
prints the ratios."""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import setup
from portico import Mock, Portico, Program, free_port
from stage import Stage

HERE = pathlib.Path(__file__).resolve().parent
MODES = ["plain", "single", "big", "stream", "idle", "keys", "start"]
MODELS = {"mock-small": "mock-small", "mock-c50-d10-ts": "mock-c50-d10-ts", "mock-c600-d1000": "mock-c600-d1000"}


def uuid7():
    """Ids as the server makes them: in the order of time."""
    return uuid.UUID(int=(time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | random.getrandbits(12) << 64 | 0b10 << 62 | random.getrandbits(62))


def many_keys(portico, count):
    """Copies of the first key's row, each with a secret of its own, written beside the server in one transaction."""
    lines = (portico.folder / "data/secrets.key").read_text().split()
    pepper = base64.b64decode(lines[2] + "=" * (-len(lines[2]) % 4))
    database = sqlite3.connect(portico.folder / "data/portico.db", timeout=30)
    database.row_factory = sqlite3.Row
    key = dict(database.execute("select * from keys order by id limit 1").fetchone())
    secret = dict(database.execute("select * from key_secrets where key_id = ?", [key["id"]]).fetchone())
    made, rows, digests = [], [], []
    for number in range(count):
        text, id_ = setup.mint(), uuid7().bytes
        if isinstance(key["id"], str):
            id_ = str(uuid.UUID(bytes=id_))
        shown = {"prefix": text[:11], "last4": text[-4:]}
        rows.append({**key, **shown, "id": id_, "name": f"load {number}"})
        digest = hmac.new(pepper, hashlib.sha256(text.encode()).digest(), hashlib.sha256).digest()
        own = uuid7().bytes if isinstance(secret["id"], bytes) else str(uuid7())
        digests.append({**secret, **shown, "id": own, "key_id": id_, "digest": digest})
        made.append(text)
    for table, new in (("keys", rows), ("key_secrets", digests)):
        names = list(new[0])
        marks = ",".join(f":{name}" for name in names)
        with database:
            database.executemany(f"insert into {table} ({','.join(names)}) values ({marks})", new)
    database.close()
    return made


def compare(out, *arguments, environment=None):
    command = ["bash", str(HERE / "load/compare.sh"), "--out", str(out), *arguments]
    done = subprocess.run(command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"compare.sh failed ({done.returncode})\n{done.stdout}")
    return done.stdout, [json.loads(line) for line in open(out)]


def median(rows, mode, name, field):
    values = [r[field] for r in rows if r["mode"] == mode and r["name"] == name and r["round"] > 0 and r.get(field) is not None]
    return statistics.median(values) if values else None


def against(rows, mode, field, own="portico", base="nginx"):
    """The median over the rounds of own / base."""
    pick = lambda name: {r["round"]: r[field] for r in rows if r["mode"] == mode and r["name"] == name and r["round"] > 0}
    mine, other = pick(own), pick(base)
    shares = [mine[n] / other[n] for n in mine if other.get(n)]
    return round(statistics.median(shares), 2) if shares else None


def ratios(rows):
    found = {}
    modes = {r["mode"] for r in rows}
    if "plain" in modes:
        found["plain_cpu"] = against(rows, "plain", "cpu_us")
        found["plain_rps"] = round(median(rows, "plain", "portico", "rps"))
        found["plain_vendor_calls"] = round(median(rows, "plain", "portico", "calls_per_request"), 3)
        if median(rows, "plain", "bare", "cpu_us"):
            found["bare_plain_cpu"] = against(rows, "plain", "cpu_us", own="bare")
    if "single" in modes:
        added = median(rows, "single", "portico", "p50_us") - median(rows, "single", "direct", "p50_us")
        found["single_p50_added_ms"] = round(added / 1000, 3)
    if "big" in modes:
        found["big_cpu"] = against(rows, "big", "cpu_us")
    if "stream" in modes:
        found["stream_cpu"] = against(rows, "stream", "cpu_us_per_stream")
        own, base = (median(rows, "stream", name, "chunk_us_p50") for name in ("portico", "direct"))
        found["stream_chunk_delay_p50_ms"] = round(own / 1000, 3)
        found["stream_chunk_delay_p99_ms"] = round(median(rows, "stream", "portico", "chunk_us_p99") / 1000, 3)
        found["stream_chunk_added_p50_ms"] = round((own - base) / 1000, 3)
    if "idle" in modes:
        found["idle_kib_per_stream"] = round(median(rows, "idle", "portico", "rss_kb_per_stream"), 1)
        found["idle_vendor_closed_ms"] = median(rows, "idle", "portico", "vendor_closed_ms")
    found["failed"] = sum(r.get("failed", 0) for r in rows if r["name"] == "portico")
    return found


def keys_mode(portico, stage, options, environment):
    """The cost of a call with 100,000 keys in use against that with 10, in turns."""
    begin = time.monotonic()
    made = many_keys(portico, 100_000)
    print(f"\n100,000 keys written in {time.monotonic() - begin:.0f} s", file=sys.stderr)
    few, all_ = portico.folder / "few.txt", portico.folder / "all.txt"
    few.write_text("\n".join(made[:10]) + "\n")
    all_.write_text("\n".join(made) + "\n")
    subprocess.run(  # each key once, so that what is compared is warm
        ["wrk", "-t1", "-c8", "-d90s", "--timeout", "20s", "-s", str(HERE / "load/each.lua"), stage.chat_url],
        env={**os.environ, "KEYS": str(all_)}, stdout=subprocess.DEVNULL, check=False,
    )
    rows = []
    for round_ in range(1, options.rounds + 1):
        for name, file in (("10 keys", few), ("100,000 keys", all_)):
            _, own = compare(
                portico.folder / "keys.jsonl", "--modes", "plain", "--rounds", "1", "--seconds", str(options.seconds),
                "--skip", "direct,nginx", "--name", name, "--keys", str(file), *stage.target(), environment=environment,
            )
            rows += [{**row, "round": round_, "mode": "keys"} for row in own if row["round"] > 0]
    print("\n### keys\n\n| | rps | CPU µs/req | failed |\n|---|---|---|---|")
    for name in ("10 keys", "100,000 keys"):
        cells = [median(rows, "keys", name, field) for field in ("rps", "cpu_us", "failed")]
        print(f"| {name} | {cells[0]:,.0f} | {cells[1]:,.0f} | {cells[2]:g} |")
    failed = sum(r.get("failed", 0) for r in rows)
    return against(rows, "keys", "cpu_us", "100,000 keys", "10 keys"), failed


class Bare(Program):
    """What the server and the client that Portico is built on cost by themselves."""

    def __init__(self, binary, mock):
        port = free_port()
        super().__init__([binary, f"127.0.0.1:{port}", f"127.0.0.1:{mock.port}"], port, "/")

    def peer(self):
        url = f"http://127.0.0.1:{self.port}/v1/chat/completions"
        return "--peer", ";".join(["bare", url, "none", str(self.process.pid), *MODELS, ""])


def start_mode(portico, binary):
    """From exec to /readyz on the data of this run, and memory then."""
    portico.stop()
    times, sizes = [], []
    for _ in range(5):
        begin = time.monotonic()
        portico.again()
        times.append(time.monotonic() - begin)
        status = pathlib.Path(f"/proc/{portico.process.pid}/status").read_text()
        sizes.append(int(next(l for l in status.splitlines() if l.startswith("VmRSS")).split()[1]) / 1024)
        portico.stop()
    size = (binary / "portico").stat().st_size / (1 << 20)
    print("\n### start\n\n| to /readyz ms | RSS MiB | binary MiB |\n|---|---|---|")
    print(f"| {statistics.median(times) * 1000:.0f} | {statistics.median(sizes):.0f} | {size:.1f} |")
    return {
        "start_ms": round(statistics.median(times) * 1000),
        "idle_rss_mib": round(statistics.median(sizes), 1),
        "binary_mib": round(size, 1),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--bare", action="store_true", help="beside them the bare proxy, which is built with it")
    options = parser.parse_args()
    modes = options.modes.split(",")
    unknown = set(modes) - set(MODES)
    if unknown:
        sys.exit(f"no such mode: {', '.join(sorted(unknown))}; there are {', '.join(MODES)}")

    mock_port = free_port()
    environment = {"MOCK_PORT": str(mock_port), "CARGO_TARGET_DIR": str(options.bin.parent)}
    mock = Mock(str(options.bin / "mock-upstream"), mock_port)
    environment["MOCK_PID"] = str(mock.process.pid)
    portico = Portico(str(options.bin / "portico"))
    bare = Bare(str(options.bin / "bare-proxy"), mock) if options.bare else None
    found = {}
    try:
        stage = Stage(portico, mock, MODELS)
        measured = [mode for mode in modes if mode not in ("keys", "start")]
        if measured:
            table, rows = compare(
                portico.folder / "rows.jsonl", "--modes", ",".join(measured), "--rounds", str(options.rounds),
                "--seconds", str(options.seconds), "--name", "portico", *stage.target(), *(bare.peer() if bare else ()),
                environment=environment,
            )
            print(table)
            found = ratios(rows)
        if "keys" in modes:
            found["keys_cpu"], failed = keys_mode(portico, stage, options, environment)
            found["failed"] = found.get("failed", 0) + failed
        if "start" in modes:
            found.update(start_mode(portico, options.bin))
    finally:
        portico.close()
        mock.stop()
        if bare:
            bare.stop()
    print()
    print(json.dumps(found))


main()
