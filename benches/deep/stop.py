"""P10, F18 with the grace period as it is set from the start: a hundred streams of 5 to 60 seconds, SIGTERM."""

import argparse
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import setup  # noqa: E402
from portico import Portico, get  # noqa: E402
from vendor import Call  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    portico = Portico(str(options.bin / "portico"))
    try:
        # Words a second, and how many of them: 5, 10, 20 seconds end in time, 60 do not.
        lengths = {5: "demo-lorem-4-20", 10: "demo-lorem-4-40", 20: "demo-lorem-4-80", 60: "demo-lorem-4-240"}
        models = {name: ("demo", name) for name in lengths.values()}
        made = publish(portico, models)
        app = setup.app(portico, "Deep")
        setup.subscribe(portico, app, made["version"], made["plans"]["Wide"])
        _, key = setup.key(portico, app, limits=setup.WIDE)
        setup.until_served(portico, key, set(models))
        streams = [(seconds, Call(portico.port, key, lengths[seconds], True)) for n in range(25) for seconds in lengths]
        end = time.monotonic() + 10
        while any(stream.head_after is None for _, stream in streams) and time.monotonic() < end:
            time.sleep(0.02)
        told = time.monotonic()
        portico.process.send_signal(signal.SIGTERM)
        while get(portico.port, "/readyz")[0] == 200:
            time.sleep(0.002)
        unready = time.monotonic() - told
        for _, stream in streams:
            stream.join()
        code = portico.process.wait(60)
        took = time.monotonic() - told
        whole = {s: sum(c.text.endswith("[DONE]\n\n") for t, c in streams if t == s) for s in lengths}
        told_so = sum(c.code() == "shutting_down" for t, c in streams if t == 60)
        portico.again()
        states = {}
        before = ""
        while True:
            page = portico.api("GET", f"/calls?before={before}" if before else "/calls")
            for row in page["items"]:
                word = row["state"] + (f" {row['code']}" if row.get("code") else "")
                states[word] = states.get(word, 0) + 1
            before = page.get("next")
            if not before:
                break
        print("\n### SIGTERM with a hundred streams\n\n| What | Figure | Limit |\n|---|---|---|")
        print(f"| not ready after | {unready * 1000:.0f} ms | 100 ms |")
        print(f"| whole streams of 5 · 10 · 20 s | {whole[5]} · {whole[10]} · {whole[20]} | 25 each |")
        print(f"| streams of 60 s that were told `shutting_down` | {told_so} | 25 |")
        print(f"| exit code, after | {code}, {took:.1f} s | 0, 32 s |")
        print(f"| rows | {', '.join(f'{word}: {n}' for word, n in sorted(states.items()))} | 100 |")
        good = unready <= 0.1 and code == 0 and took <= 32 and told_so == 25 and whole[5] == whole[10] == whole[20] == 25
        good = good and sum(states.values()) == 100
    finally:
        portico.close()
    sys.exit(0 if good else 1)


def publish(portico, models):
    """The built-in vendor wants no secret and has no price of ours."""
    provider = portico.api("POST", "/providers", {"preset": "demo", "name": "demo"})["id"]
    rows = []
    for name in models:
        id_ = portico.api("POST", "/models", {"name": name, "kind": "chat", "context_window": 100000, "max_output": 4096})["id"]
        portico.api("POST", f"/models/{id_}/targets", {"provider_id": provider, "vendor_model": name})
        rows.append({"public_name": name, "model_id": id_})
    api = portico.api("POST", "/apis", {"slug": "deep", "name": "deep", "summary": "For rigs."})["id"]
    version = portico.api("POST", f"/apis/{api}/versions", {"name": "v1"})["id"]
    portico.api("PUT", f"/versions/{version}/models", {"models": rows})
    portico.api("PUT", f"/versions/{version}/docs", {"docs": "Made by a rig."})
    plan = portico.api("POST", f"/apis/{api}/plans", {"name": "Wide", "approval": "auto", "models": None, "limits": setup.WIDE})["id"]
    portico.api("POST", f"/versions/{version}/publication")
    return {"version": version, "plans": {"Wide": plan}}


main()
