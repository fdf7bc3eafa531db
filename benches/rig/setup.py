"""How a Portico is set up by its management API: an API on mock vendors, applications, keys."""

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


SECRET = "sk-fake-vendor-key-0000000000000000"


def publish(portico, slug, providers, models, plans):
    """A published API. `providers`: name → (preset, address); `models`: name → (provider, the vendor's name);
    `plans`: name → (approval, model names or None). Gives the ids of its version and its plans."""
    made = {}
    for name, (preset, url) in providers.items():
        body = {"preset": preset, "name": name, "base_url": url, "secret": SECRET}
        made[name] = portico.api("POST", "/providers", body)["id"]
    rows = [
        {"public_name": name, "model_id": model(portico, name, made[provider], vendor_model)}
        for name, (provider, vendor_model) in models.items()
    ]
    api = portico.api("POST", "/apis", {"slug": slug, "name": slug, "summary": "For rigs."})["id"]
    version = portico.api("POST", f"/apis/{api}/versions", {"name": "v1"})["id"]
    portico.api("PUT", f"/versions/{version}/models", {"models": rows})
    portico.api("PUT", f"/versions/{version}/docs", {"docs": "Made by a rig."})
    ids = {}
    for name, (approval, chosen) in plans.items():
        body = {"name": name, "approval": approval, "models": chosen, "limits": WIDE}
        ids[name] = portico.api("POST", f"/apis/{api}/plans", body)["id"]
    portico.api("POST", f"/versions/{version}/publication")
    return {"version": version, "plans": ids}


def model(portico, name, provider, vendor_model):
    """A model with one target, at a price of $0.15 and $0.60 for a million tokens."""
    kind = "embedding" if "embed" in vendor_model else "chat"
    body = {"name": name, "kind": kind, "context_window": 2_000_000, "max_output": 4096}
    id_ = portico.api("POST", "/models", body)["id"]
    portico.api("POST", f"/models/{id_}/targets", {"provider_id": provider, "vendor_model": vendor_model})
    price = {"vendor_model": vendor_model, "input": "0.15", "output": "0.60"}
    portico.api("POST", f"/providers/{provider}/prices", price)
    return id_


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
