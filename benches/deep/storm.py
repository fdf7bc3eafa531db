"""P1: keys in constant use are revoked, one after the other; each is probed on after that. None may be
answered once its revocation was acknowledged, and none may ever come back."""

import argparse
import http.client
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import setup  # noqa: E402
from portico import Portico  # noqa: E402
from vendor import Vendor  # noqa: E402


class Caller(threading.Thread):
    """Calls with one key without a pause, on one connection; keeps when each call was sent and its status."""

    def __init__(self, port, key):
        super().__init__(daemon=True)
        self.port, self.key, self.calls, self.over = port, key, [], False
        self.start()

    def run(self):
        body = json.dumps({"model": "ok", "messages": [{"role": "user", "content": "Hello"}]})
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self.over:
            sent = time.monotonic()
            try:
                connection.request("POST", "/v1/chat/completions", body, headers)
                answer = connection.getresponse()
                answer.read()
                self.calls.append((sent, answer.status))
            except (OSError, http.client.HTTPException):
                connection.close()
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    vendor = Vendor()
    portico = Portico(str(options.bin / "portico"))
    try:
        made = setup.publish(portico, "deep", {"v": ("custom", f"http://127.0.0.1:{vendor.port}/v1")}, {"ok": ("v", "ok")}, {"Wide": ("auto", None)})
        app = setup.app(portico, "Deep")
        setup.subscribe(portico, app, made["version"], made["plans"]["Wide"])
        end = time.monotonic() + options.minutes * 60
        keys = calls = after = revived = 0
        latest, strange = 0.0, {}
        while time.monotonic() < end:
            id_, key = setup.key(portico, app, limits=setup.WIDE)
            callers = [Caller(portico.port, key) for _ in range(4)]
            time.sleep(0.4)
            portico.api("POST", f"/keys/{id_}/revocation", {"reason": "revoked"})
            acknowledged = time.monotonic()
            time.sleep(0.8)
            for caller in callers:
                caller.over = True
            for caller in callers:
                caller.join()
                calls += len(caller.calls)
                dead = False
                for sent, status in caller.calls:
                    if status not in (200, 401):
                        strange[status] = strange.get(status, 0) + 1
                    if sent > acknowledged:
                        after += 1
                        if status == 200:
                            latest = max(latest, sent - acknowledged)
                    revived += dead and status == 200
                    dead = dead or status == 401
            keys += 1
        print(f"\n### A storm of revokes, {options.minutes:g} minutes\n\n| What | Count |\n|---|---|")
        print(f"| keys revoked while in use | {keys} |\n| calls · sent after their key's revocation was acknowledged | {calls:,} · {after:,} |")
        print(f"| **answered although revoked**, latest after | {latest * 1000:.0f} ms (limit 1,000) |\n| **came back to life** | {revived} |")
        if strange:
            print(f"| answers other than 200 and 401 | {strange} |")
    finally:
        portico.close()
    sys.exit(1 if revived or latest > 1 or strange or not after else 0)


main()
