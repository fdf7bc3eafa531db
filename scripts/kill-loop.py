"""Kills a Portico under load again and again (SIGKILL), and compares what its vendor saw with its rows.

Each call carries a mark of its own, in its prompt and in its x-request-id header. The vendor here
writes down each mark it is called with; the row of a call keeps the mark as the caller's own id. So
every vendor call can be looked up: none may be without a row, none may have two.

  scripts/kill-loop.py --bin target/release --kills 200
With PORTICO_TEST_DB (scripts/with-postgres) it runs on a fresh PostgreSQL database."""

import argparse
import asyncio
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid

BENCHES = pathlib.Path(__file__).resolve().parent.parent / "benches"
sys.path += [str(BENCHES / "rig"), str(BENCHES / "deep")]
from portico import Portico, free_port, get  # noqa: E402
from stage import Stage  # noqa: E402
from vendor import read_message  # noqa: E402

MARK = re.compile(rb"mark-[0-9a-f]{32}")


class Vendor:
    """Answers chat completions after a short while, whole or streamed, and remembers every mark."""

    def __init__(self):
        self.port, self.marks = free_port(), []
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self.run, args=(ready,), daemon=True).start()
        ready.wait()

    def run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", self.port))
        ready.set()
        self.loop.run_forever()

    async def serve(self, reader, writer):
        try:
            while True:
                head, body = await read_message(reader)
                if found := MARK.search(body):
                    self.marks.append(found.group(0).decode())
                await asyncio.sleep(random.uniform(0, 0.03))
                if b'"stream":true' in body.replace(b" ", b""):
                    await self.stream(writer)
                else:
                    self.whole(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @staticmethod
    def whole(writer):
        message = {"role": "assistant", "content": "ok"}
        answer = {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "kill",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
        }
        body = json.dumps(answer).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    @staticmethod
    async def stream(writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")

        def event(data):
            text = f"data: {data}\n\n".encode()
            writer.write(b"%x\r\n%s\r\n" % (len(text), text))

        base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "kill"}
        for word in ("o", "k"):
            event(json.dumps({**base, "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}))
            await writer.drain()
            await asyncio.sleep(0.005)
        event(json.dumps({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
        event(json.dumps({**base, "choices": [], "usage": usage}))
        event("[DONE]")
        writer.write(b"0\r\n\r\n")


class Load:
    """Callers side by side. A mark is `whole` once its answer has arrived to the last byte."""

    def __init__(self, port, key, callers):
        self.port, self.key, self.callers = port, key, callers
        self.sent, self.whole, self.odd = set(), set(), {}

    async def caller(self, until):
        while time.monotonic() < until():
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            try:
                while time.monotonic() < until():
                    await self.call(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                pass
            finally:
                writer.close()

    async def call(self, reader, writer):
        mark = f"mark-{uuid.uuid4().hex}"
        body = {"model": "kill", "stream": random.random() < 0.3, "messages": [{"role": "user", "content": mark}]}
        text = json.dumps(body).encode()
        self.sent.add(mark)
        writer.write(
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\nauthorization: Bearer {self.key}\r\n"
            f"content-type: application/json\r\nx-request-id: {mark}\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text
        )
        await writer.drain()
        head, _ = await read_message(reader)
        status = int(head.split(b" ", 2)[1])
        if status == 200:
            self.whole.add(mark)
        else:
            self.odd[status] = self.odd.get(status, 0) + 1
            await asyncio.sleep(0.005)

    async def run(self, seconds, then):
        end = time.monotonic() + seconds
        stop = [end + 0.02]
        tasks = [asyncio.create_task(self.caller(lambda: stop[0])) for _ in range(self.callers)]
        await asyncio.sleep(seconds)
        then()
        await asyncio.wait(tasks, timeout=10)
        for task in tasks:
            task.cancel()


def rows(portico):
    """Every call, by the management API, which is the same on both databases."""
    found, before = [], ""
    while True:
        page = portico.api("GET", f"/calls?before={before}" if before else "/calls")
        found += page["items"]
        before = page.get("next")
        if not before:
            return found


def fresh_postgres():
    server = os.environ.get("PORTICO_TEST_DB")
    if not server:
        return ""
    name = f"portico_kills_{uuid.uuid4().hex}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    return f'\n[database]\nurl = "{re.sub(r"/[^/?]*([?].*)?$", f"/{name}", server)}"\n'


def books(portico):
    """Spent by calls against spent on budgets, on SQLite."""
    path = portico.folder / "data/calls.db"
    if not path.exists():
        return None
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    spent = database.execute("select coalesce(sum(nanos), 0) from budget_spent where scope_kind = 'key'").fetchone()[0]
    costs = database.execute("select coalesce(sum(cost_nanos), 0) from calls where key_id is not null").fetchone()[0]
    sound = database.execute("pragma integrity_check").fetchone()[0]
    database.close()
    return spent, costs, sound


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--callers", type=int, default=32)
    options = parser.parse_args()
    vendor = Vendor()
    postgres = fresh_postgres()
    portico = Portico(str(options.bin / "portico"), postgres)
    try:
        failed = run(options, vendor, portico, bool(postgres))
    finally:
        portico.close()
    sys.exit(1 if failed else 0)


def run(options, vendor, portico, on_postgres):
    stage = Stage(portico, vendor, {"kill": "kill"})
    load = Load(portico.port, stage.key, options.callers)
    starts, in_flight = [], 0
    for _ in range(options.kills):
        before = len(load.sent) - len(load.whole)
        asyncio.run(load.run(random.uniform(0.15, 0.6), lambda: os.kill(portico.process.pid, signal.SIGKILL)))
        in_flight += len(load.sent) - len(load.whole) - before
        portico.process.wait()
        begin = time.monotonic()
        portico.again()
        starts.append(time.monotonic() - begin)
    calls = settled(portico, vendor)
    by_mark = {}
    for call in calls:
        by_mark.setdefault(call["client_request_id"], []).append(call)
    seen = set(vendor.marks)
    states = {}
    for call in calls:
        states[call["state"]] = states.get(call["state"], 0) + 1
    missing = [mark for mark in seen if mark not in by_mark]
    double = [mark for mark, of in by_mark.items() if mark and len(of) > 1]
    lost = states.get("lost", 0)
    unpaid = [call for call in calls if call["state"] == "lost" and call["usage_source"] != "estimated"]
    whole_lost = [mark for mark in load.whole if by_mark.get(mark, [{}])[0].get("state") != "answered"]
    account = None if on_postgres else books(portico)
    slowest = max(starts)
    print(f"\n### {options.kills} kills under load, {'PostgreSQL' if on_postgres else 'SQLite'}\n")
    print("| What | Count |\n|---|---|")
    print(f"| calls sent · answered to the last byte · cut off | {len(load.sent):,} · {len(load.whole):,} · {in_flight:,} |")
    print(f"| calls the vendor saw · rows | {len(seen):,} · {len(calls):,} |")
    print(f"| **vendor calls without a row** | **{len(missing)}** |")
    print(f"| calls with two rows | {len(double)} |")
    print(f"| rows by outcome | {', '.join(f'{state} {count:,}' for state, count in sorted(states.items()))} |")
    print(f"| lost calls without an estimate | {len(unpaid)} |")
    print(f"| answered to the last byte, yet not `answered` in its row | {len(whole_lost)} |")
    if load.odd:
        print(f"| answers other than 200 | {', '.join(f'{status}: {n}' for status, n in sorted(load.odd.items()))} |")
    print(f"| start after a kill, median · slowest | {sorted(starts)[len(starts) // 2] * 1000:.0f} ms · {slowest * 1000:.0f} ms |")
    if account:
        print(f"| nano-USD on budgets · in rows · file | {account[0]:,} · {account[1]:,} · {account[2]} |")
    good = not missing and not double and not unpaid and lost <= in_flight and slowest <= 2.0
    good = good and len(whole_lost) <= options.kills
    good = good and (account is None or (account[0] == account[1] and account[2] == "ok"))
    return not good


def settled(portico, vendor):
    """The rows once no more of them come."""
    end, last = time.monotonic() + 60, -1
    while time.monotonic() < end:
        if get(portico.port, "/readyz")[0] == 200:
            calls = rows(portico)
            if len(calls) == last:
                return calls
            last = len(calls)
        time.sleep(1.5)
    return rows(portico)


if __name__ == "__main__":
    main()
