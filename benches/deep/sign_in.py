"""P20: the time of a refused sign-in tells nothing. P21: a flood of sign-ins does not hold calls up."""

import argparse
import asyncio
import multiprocessing
import pathlib
import statistics
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import http.client  # noqa: E402
import re  # noqa: E402

import setup  # noqa: E402
from portico import Portico  # noqa: E402
from vendor import Vendor, call  # noqa: E402


class Form:
    """The form of the sign-in page, sent each time from another address, as a proxy would say."""

    def __init__(self, port):
        self.port, self.number = port, 0
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        self.cookie = "; ".join(line.split(";")[0] for line in answer.headers.get_all("set-cookie") or [])
        tag = re.search(r'<input[^>]*name="csrf"[^>]*>', answer.read().decode())
        self.csrf = re.search(r'value="([^"]*)"', tag.group(0)).group(1) if tag else ""
        connection.close()

    def request(self, email, password):
        self.number += 1
        n = self.number
        headers = {
            "content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{self.port}", "cookie": self.cookie,
            "x-forwarded-for": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
        }
        return urllib.parse.urlencode({"csrf": self.csrf, "email": email, "password": password}), headers

    def send(self, email, password):
        body, headers = self.request(email, password)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        begin = time.monotonic()
        connection.request("POST", "/sign-in", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        took = time.monotonic() - begin
        connection.close()
        return answer.status, len(text), took


def flood(form, over, result):
    """Sends sign-ins at a steady rate, however slowly they are answered, in a process of its own; tells each answer."""
    asyncio.run(send_steadily(form, over, result))


async def send_steadily(form, over, result):
    answers, tasks, begin = [], [], time.monotonic()
    while not over.is_set():
        tasks.append(asyncio.create_task(one_sign_in(form, f"flood{len(tasks)}@example.test", answers)))
        await asyncio.sleep(max(0, begin + len(tasks) / RATE - time.monotonic()))
    sent, seconds = len(tasks), time.monotonic() - begin
    await asyncio.wait(tasks, timeout=30)
    result.put((sent / seconds, {status: answers.count(status) for status in sorted(set(answers))}))


async def one_sign_in(form, email, answers):
    body, headers = form.request(email, "x")
    lines = [f"{name}: {value}" for name, value in {**headers, "content-length": len(body), "connection": "close"}.items()]
    reader, writer = await asyncio.open_connection("127.0.0.1", form.port)
    writer.write("\r\n".join(["POST /sign-in HTTP/1.1", f"host: 127.0.0.1:{form.port}", *lines, "", body]).encode())
    answers.append(int((await reader.readline()).split()[1]))
    await reader.read()
    writer.close()


RATE = 100  # a second


def p99(values):
    return sorted(values)[int(len(values) * 0.99) - 1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--tries", type=int, default=500)
    options = parser.parse_args()
    vendor = Vendor()
    portico = Portico(str(options.bin / "portico"))
    failed = 0
    try:
        portico.stop()
        portico.settings.write_text(portico.settings.read_text().replace("[server]\n", '[server]\ntrusted_proxies = ["127.0.0.1/32"]\n'))
        portico.again()
        accounts = [f"user{n:03}@example.test" for n in range(options.tries // 9 + 1)]
        for email in accounts:
            portico.command("user", "add", email, "--password-stdin", stdin=Portico.PASSWORD)
        form = Form(portico.port)
        known, unknown, sizes = [], [], set()
        for n in range(options.tries):
            # In turn, so that whatever else happens on the machine happens to both.
            turn = n % len(accounts)
            for times, email in ((known, accounts[turn]), (unknown, f"none{turn:03}@example.test")):
                status, size, took = form.send(email, "a wrong passphrase")
                sizes.add((status, size))
                times.append(took)
        apart = abs(statistics.median(known) - statistics.median(unknown)) * 1000
        print(f"\n### Sign-in\n\nP20, {options.tries} tries each, in turn:\n\n| Who | median ms | p99 ms |\n|---|---|---|")
        print(f"| an account, a wrong password | {statistics.median(known) * 1000:.2f} | {p99(known) * 1000:.1f} |")
        print(f"| no account | {statistics.median(unknown) * 1000:.2f} | {p99(unknown) * 1000:.1f} |")
        print(f"\nApart: {apart:.2f} ms (limit 2). Answers: {', '.join(f'{status} of {size} bytes' for status, size in sorted(sizes))}.")
        failed += apart > 2 or len(sizes) != 1

        made = setup.publish(portico, "deep", {"v": ("custom", f"http://127.0.0.1:{vendor.port}/v1")}, {"ok": ("v", "ok")}, {"Wide": ("auto", None)})
        app = setup.app(portico, "Deep")
        setup.subscribe(portico, app, made["version"], made["plans"]["Wide"])
        _, key = setup.key(portico, app, limits=setup.WIDE)
        setup.until_served(portico, key, {"ok"})
        timed = lambda: [call(portico.port, key).took for _ in range(600)]  # noqa: E731
        timed()
        quiet = timed()
        context = multiprocessing.get_context("fork")
        over, result = context.Event(), context.Queue()
        flooding = context.Process(target=flood, args=(form, over, result), daemon=True)
        flooding.start()
        time.sleep(2)  # the line is as long as it gets
        during = timed()
        over.set()
        rate, answers = result.get(timeout=60)
        flooding.join()
        ratio = p99(during) / p99(quiet)
        print("\nP21, 600 calls one after the other:\n\n| | median ms | p99 ms |\n|---|---|---|")
        print(f"| alone | {statistics.median(quiet) * 1000:.2f} | {p99(quiet) * 1000:.2f} |")
        print(f"| beside {rate:.0f} sign-ins a second | {statistics.median(during) * 1000:.2f} | {p99(during) * 1000:.2f} |")
        told = ", ".join(f"{status}: {count}" for status, count in answers.items())
        print(f"\nSign-ins were answered {told}.")
        failed = failed or ratio > 1.5
        print(f"\nRatio of the p99: {ratio:.2f} (limit 1.5).")
    finally:
        portico.close()
    sys.exit(1 if failed else 0)


main()
