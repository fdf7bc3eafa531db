"""A million calls in the store: how fast the lists are, and how fast it starts on them.

The rows are copies of one real call with ids, times and outcomes of their own, written while the
server is stopped. The figures: the lists of calls, every other page, and the first one's size."""

import argparse
import html
import http.client
import http.cookies
import pathlib
import random
import re
import sqlite3
import statistics
import sys
import time
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from portico import Mock, Portico  # noqa: E402
from stage import Stage  # noqa: E402

PASSWORD = Portico.PASSWORD


def uuid7(micros):
    number = (micros // 1000) << 80 | 0x7 << 76 | random.getrandbits(12) << 64 | 0b10 << 62 | random.getrandbits(62)
    return uuid.UUID(int=number)


def fill(path, count):
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    row = dict(database.execute("select * from calls where state = 'answered' limit 1").fetchone())
    names, text_ids = list(row), isinstance(row["id"], str)
    sql = f"insert into calls ({','.join(names)}) values ({','.join(':' + n for n in names)})"
    now = time.time_ns() // 1000
    step = 30 * 86_400_000_000 // count

    def rows():
        for number in range(count):
            at = now - (count - number) * step
            id_ = uuid7(at)
            own = {**row, "id": str(id_) if text_ids else id_.bytes, "at": at}
            if number % 50 == 0:
                own.update(state="refused", code="rate_limit_exceeded", status=429)
            yield own

    with database:
        database.executemany(sql, rows())
    database.execute("analyze")
    database.close()


class Browser:
    """Enough of one to sign in and to read pages."""

    def __init__(self, port):
        self.port, self.cookies = port, {}

    def request(self, method, path, form=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers.update({"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{self.port}"})
        begin = time.monotonic()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        taken = time.monotonic() - begin
        for line in answer.headers.get_all("set-cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        connection.close()
        return answer.status, text.decode(), taken

    def sign_in(self, email, password):
        page = self.request("GET", "/sign-in")[1]
        tag = re.search(r'<input[^>]*name="csrf"[^>]*>', page)
        csrf = re.search(r'value="([^"]*)"', tag.group(0)).group(1) if tag else ""
        status, text, _ = self.request("POST", "/sign-in", {"csrf": csrf, "email": email, "password": password})
        if status != 303:
            sys.exit(f"sign-in answered {status}: {text[:300]}")


def shape(path):
    """A page's address without what names one row."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path.split("?")[0])


def walk(browser):
    """One address of each page that can be reached by links from the first."""
    found, queue = {}, ["/"]
    while queue:
        path = queue.pop(0)
        if shape(path) in found or shape(path).startswith("/docs/errors/"):
            continue
        status, text, _ = browser.request("GET", path)
        if status != 200 or "<!doctype html>" not in text[:20]:
            continue
        found[shape(path)] = path
        links = re.findall(r'href="(/[^"#]*)"', text)
        queue += [html.unescape(link) for link in links if not link.startswith(("/static/", "/calls.csv"))]
    return found


def pages(browser):
    """Every page but the lists of calls, which have their own limit: server and client on one machine, so by eye
    is by server and a little more. Gives how many were too slow or too large."""
    slow, failed, found = [], 0, walk(browser)
    for name, path in found.items():
        if name == "/calls":
            continue
        times = [browser.request("GET", path)[2] for _ in range(20)]
        slow.append((p95(times), statistics.median(times) * 1000, name))
    slow.sort(reverse=True)
    print(f"\n### Pages, {len(slow)} of them, on that store\n\n| The slowest | p50 ms | p95 ms |\n|---|---|---|")
    for high, middle, name in slow[:5]:
        print(f"| {name} | {middle:.1f} | {high:.1f} |")
    failed += sum(high > 50 for high, _, _ in slow)
    stranger = Browser(browser.port)
    text = stranger.request("GET", "/sign-in")[1]
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]*)"', text))
    total = len(text) + sum(len(stranger.request("GET", part)[1]) for part in parts)
    print(f"\nFirst page (sign-in with all it loads, not compressed): {total / 1024:.0f} KiB.")
    return failed + (total > 100 * 1024)


def p95(values):
    return sorted(values)[int(len(values) * 0.95) - 1] * 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    mock = Mock(str(options.bin / "mock-upstream"))
    portico = Portico(str(options.bin / "portico"))
    failed = 0
    try:
        stage = Stage(portico, mock, {"mock-small": "mock-small"})
        stage.one_call("mock-small")
        portico.stop()
        fill(portico.folder / "data/calls.db", options.rows)
        begin = time.monotonic()
        portico.again()
        start = (time.monotonic() - begin) * 1000
        browser = Browser(portico.port)
        browser.sign_in("admin@example.test", PASSWORD)
        print(f"\n### {options.rows:,} calls\n\n| What | p50 ms | p95 ms | bytes |\n|---|---|---|---|")
        for name, path, limit in (
            ("calls page", "/calls", 300), ("the same, refused only", "/calls?state=refused", 300),
            ("the same, one model", "/calls?model=mock-small", 300),
        ):
            times = []
            for _ in range(40):
                status, text, taken = browser.request("GET", path)
                if status != 200:
                    sys.exit(f"{path} answered {status}")
                times.append(taken)
            print(f"| {name} | {statistics.median(times) * 1000:.1f} | {p95(times):.1f} | {len(text):,} |")
            failed += p95(times) > limit
        print(f"| start on it, to /readyz | {start:.0f} | | |")
        failed += start > 1000
        failed += pages(browser)
    finally:
        portico.close()
        mock.stop()
    sys.exit(1 if failed else 0)


main()
