"""Everything the cases meet: two vendors, one OpenAI-shaped and one Anthropic-shaped, keys in every state."""

import datetime
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "benches/rig"))
import setup  # noqa: E402
from portico import Mock, Portico, get  # noqa: E402

WORDS = {
    "small": "mock-small", "stream": "mock-c10-d5", "tool": "mock-tool", "drop": "mock-c10-d5-drop", "400": "mock-400",
    "401": "mock-401", "429": "mock-429", "500": "mock-500", "503": "mock-503",
}


class World:
    def __enter__(self):
        self.mock = Mock(os.environ["MOCK_BIN"])
        try:
            self.portico = Portico(os.environ["PORTICO_BIN"])
            try:
                self.build()
            except BaseException:
                self.portico.close()
                raise
        except BaseException:
            self.mock.stop()
            raise
        return self

    def __exit__(self, *_):
        self.portico.close()
        self.mock.stop()

    def log_end(self):
        return self.portico.log_end()

    def build(self):
        portico, base = self.portico, f"http://127.0.0.1:{self.mock.port}"
        providers = {"openai": ("custom", f"{base}/v1"), "anthropic": ("anthropic", base)}
        sides = list(providers)
        # A fault cools its credential down: each faulty model has a provider of its own.
        faulty = [word for word in WORDS if word[0].isdigit()]
        providers.update({f"{side}-{word}": providers[side] for side in sides for word in faulty})
        self.models = {side: {word: f"{side}-{word}" for word in WORDS} for side in sides}
        models = {
            f"{side}-{word}": (f"{side}-{word}" if word in faulty else side, vendor)
            for side in sides for word, vendor in WORDS.items()
        }
        self.models["openai"]["embed"] = "openai-embed"
        models["openai-embed"] = ("openai", "mock-embed")
        inside = list(models)
        self.outside = "outside"
        models["outside"] = ("openai", "mock-large")
        plans = {"Standard": ("auto", inside), "By hand": ("manual", None)}
        made = setup.publish(portico, "clients", providers, models, plans)
        version, plan, asks = made["version"], made["plans"]["Standard"], made["plans"]["By hand"]
        apps = {name: setup.app(portico, name) for name in ("Subscribed", "Unsubscribed", "Pending")}
        setup.subscribe(portico, apps["Subscribed"], version, plan)
        setup.subscribe(portico, apps["Pending"], version, asks)
        self.keys = self.make_keys(apps)
        setup.until_served(portico, self.keys["good"], set(inside))

    def make_keys(self, apps):
        portico, own = self.portico, apps["Subscribed"]
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
        made = {
            "good": setup.key(portico, own, "good"),
            "expired": setup.key(portico, own, "expired", expires_at=soon.strftime("%Y-%m-%dT%H:%M:%SZ")),
            "revoked": setup.key(portico, own, "revoked"),
            "paused": setup.key(portico, own, "paused"),
            "models-only": setup.key(portico, own, "models-only", scopes=["models"]),
            "slow": setup.key(portico, own, "slow", limits={"requests_per_minute": 1}),
            "broke": setup.key(portico, own, "broke", limits={"usd_per_month": "0.000001"}),
            "unsubscribed": setup.key(portico, apps["Unsubscribed"], "unsubscribed"),
            "pending": setup.key(portico, apps["Pending"], "pending"),
        }
        portico.api("POST", f"/keys/{made['revoked'][0]}/revocation", {"reason": "revoked"})
        portico.api("POST", f"/keys/{made['paused'][0]}/pause")
        keys = {name: secret for name, (_, secret) in made.items()}
        good = keys["good"]
        keys["mistyped"] = good[:20] + ("a" if good[20] != "a" else "b") + good[21:]
        keys["unknown"] = setup.mint()
        deadline = time.monotonic() + 20
        while get(portico.port, "/v1/models", {"authorization": f"Bearer {keys['expired']}"})[0] != 401:
            if time.monotonic() > deadline:
                raise RuntimeError("the key does not expire")
            time.sleep(0.1)
        return keys

    def facts(self):
        return {
            "base_url": self.portico.base_url, "keys": self.keys, "models": self.models, "outside": self.outside,
            "api_path": "/apis/clients/v1",
        }
