"""What the management API is asked for, one function a noun. A Portico is set up with these alone."""

import secrets
import zlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WIDE = {"requests_per_minute": 10**8, "tokens_per_minute": 10**12, "concurrent_calls": 10**6, "usd_per_month": "1000000"}


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


def connect(portico, preset, name, base_url):
    """A provider at a mock vendor, with a credential."""
    body = {"preset": preset, "name": name, "base_url": base_url, "secret": "sk-fake-vendor-key-0000000000000000"}
    return portico.api("POST", "/providers", body)["id"]


def model(portico, name, provider, vendor_model, kind="chat", priced=True):
    """A public name with one target."""
    id_ = portico.api("POST", "/models", {"name": name, "kind": kind, "context_window": 2_000_000, "max_output": 4096})["id"]
    portico.api("POST", f"/models/{id_}/targets", {"provider_id": provider, "vendor_model": vendor_model})
    if priced:
        price = {"vendor_model": vendor_model, "input": "0.15", "output": "0.60"}
        portico.api("POST", f"/providers/{provider}/prices", price)
    return id_


def api(portico, slug, models):
    """An API with a draft v1 that offers the models (public name → id)."""
    id_ = portico.api("POST", "/apis", {"slug": slug, "name": slug.title(), "summary": "For tests."})["id"]
    version = portico.api("POST", f"/apis/{id_}/versions", {"name": "v1"})["id"]
    rows = [{"public_name": name, "model_id": model_id} for name, model_id in models.items()]
    portico.api("PUT", f"/versions/{version}/models", {"models": rows})
    return id_, version


def plan(portico, api_id, name="Standard", approval="auto", models=None, limits=None):
    body = {"name": name, "summary": "", "approval": approval, "models": models, "limits": limits or WIDE}
    return portico.api("POST", f"/apis/{api_id}/plans", body)["id"]


def publish(portico, version):
    portico.api("POST", f"/versions/{version}/publication", {})


def app(portico, name):
    return portico.api("POST", "/apps", {"name": name})["id"]


def subscribe(portico, app_id, version, plan_id):
    body = {"app_id": app_id, "version_id": version, "plan_id": plan_id, "reason": "To test."}
    return portico.api("POST", "/subscriptions", body)["id"]


def key(portico, app_id, name="test", **more):
    """The key's id and its secret."""
    made = portico.api("POST", "/keys", {"app_id": app_id, "name": name, **more})
    return made["key"]["id"], made["secret"]
