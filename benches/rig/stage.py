"""What a load needs: a provider at the mock, models, an API, a plan, a key; every kind of limit is on, and wide."""

import http.client
import json

import setup


class Stage:
    def __init__(self, portico, mock, models):
        """`models`: public name → the mock's name."""
        self.portico, self.mock = portico, mock
        made = setup.publish(
            portico, "load", {"mock": ("custom", f"http://127.0.0.1:{mock.port}/v1")},
            {name: ("mock", vendor) for name, vendor in models.items()}, {"Wide": ("auto", None)},
        )
        app = setup.app(portico, "Load")
        setup.subscribe(portico, app, made["version"], made["plans"]["Wide"])
        self.key_id, self.key = setup.key(portico, app, limits=setup.WIDE, never_expires=True)
        setup.until_served(portico, self.key, set(models))
        self.chat_url = f"{portico.base_url}/v1/chat/completions"

    def target(self):
        """As compare.sh wants it."""
        pid = str(self.portico.process.pid)
        return ["--gateway", self.chat_url, "--key", self.key, "--pid", pid, "--model", "mock-small"]

    def one_call(self, model):
        connection = http.client.HTTPConnection("127.0.0.1", self.portico.port, timeout=30)
        body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hello"}]})
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        connection.request("POST", "/v1/chat/completions", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{model}: {answer.status} {text.decode(errors='replace')}")
