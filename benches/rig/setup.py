"""How a Portico is set up: an API on mock vendors by command, the rest by its management API."""

import json
import secrets
import time
import zlib

from portico import get as portico_get

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WIDE = {"requests_per_minute": 10**8, "tokens_per_minute": 10**9, "concurrent_calls": 10**6, "usd_per_month": "1000000"}


def base62(number, length):
    digits = ""
    while len(digits) < length:
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
    return digits


def mint():
    """A key of the product's own format that no server made."""
    body = "sk-ptc-" + base62(secrets.randbits(255), 43)
    return body + base62(zlib.crc32(body.encode()), 6)


def publish(portico, slug, providers, models, plans):
    """A published API. `providers`: name → (preset, address); `models`: name → (provider, the vendor's name);
    `plans`: name → (approval, model names or None). Gives the ids of its API, version and plans."""
    kind = lambda vendor_model: "embedding" if "embed" in vendor_model else "chat"
    wanted = {
        "slug": slug,
        "providers": {
            name: {"preset": preset, "base_url": url, "secret": "sk-fake-vendor-key-0000000000000000"}
            for name, (preset, url) in providers.items()
        },
        "models": [
            {"name": name, "kind": kind(vendor_model), "provider": provider, "vendor_model": vendor_model}
            for name, (provider, vendor_model) in models.items()
        ],
        "plans": [{"name": name, "approval": approval, "models": chosen} for name, (approval, chosen) in plans.items()],
    }
    file = portico.folder / f"{slug}.json"
    file.write_text(json.dumps(wanted))
    return json.loads(portico.command("demo-data", "publish", str(file)))


def app(portico, name):
    return portico.api("POST", "/apps", {"name": name})["id"]


def subscribe(portico, app_id, version, plan_id):
    body = {"app_id": app_id, "version_id": version, "plan_id": plan_id, "reason": "To test."}
    return portico.api("POST", "/subscriptions", body)["id"]


def key(portico, app_id, name="test", **more):
    """The key's id and its secret."""
    made = portico.api("POST", "/keys", {"app_id": app_id, "name": name, **more})
    return made["key"]["id"], made["secret"]


def until_served(portico, key_text, names):
    """Waits until the running server has heard of what a command changed: at most a second."""
    deadline = time.monotonic() + 10
    while True:
        _, body = portico_get(portico.port, "/v1/models", {"authorization": f"Bearer {key_text}"})
        if names <= {row["id"] for row in json.loads(body).get("data", [])}:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"not all models are served: {body[:300]}")
        time.sleep(0.05)
