"""Starts programs of this repository on free ports of 127.0.0.1, and sets a Portico up by its commands
and its management API. The clients' tests and the bench share it."""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(port, path, headers=None):
    """The status and the body of a GET; 0 when nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


class Program:
    """One started program; it ends with its `with` block."""

    def __init__(self, command, port, ready, environment=None, log=None):
        self.command_line, self.port, self.ready, self.environment = command, port, ready, environment
        self.log = log or tempfile.NamedTemporaryFile(prefix="log-", delete=False)
        self.again()

    def again(self):
        """Starts it and waits until it is ready."""
        env = {**os.environ, **(self.environment or {})}
        self.process = subprocess.Popen(self.command_line, stdout=self.log, stderr=self.log, env=env)
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            if get(self.port, self.ready)[0] == 200:
                return
            time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"{self.command_line[0]} did not get ready:\n{self.log_end()}")

    def log_end(self):
        return "".join(open(self.log.name, errors="replace").readlines()[-40:])

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Mock(Program):
    def __init__(self, binary, port=None):
        port = port or free_port()
        super().__init__([binary], port, "/v1/models", {"MOCK_LISTEN": f"127.0.0.1:{port}", "MOCK_RECORD": "0"})


class Refused(Exception):
    def __init__(self, method, path, status, body):
        super().__init__(f"{method} {path}: {status} {body}")
        self.status, self.body = status, body


class Portico(Program):
    """A Portico with a data folder of its own, its first admin, and a token for the management API."""

    PASSWORD = "correct-horse-9-battery"

    def __init__(self, binary, settings=""):
        self.binary = binary
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-"))
        port = free_port()
        self.settings = self.folder / "portico.toml"
        self.settings.write_text(
            f'[server]\nlisten = "127.0.0.1:{port}"\n\n[data]\ndir = "{self.folder}/data"\n\n[log]\nlevel = "warn"\n{settings}'
        )
        super().__init__(
            [binary, "--config", str(self.settings), "serve"], port, "/readyz", log=open(self.folder / "log", "w")
        )
        self.base_url = f"http://127.0.0.1:{port}"
        self.command("user", "add", "admin@example.test", "--role", "admin", "--password-stdin", stdin=self.PASSWORD)
        made = self.command("token", "create", "rig", "--user", "admin@example.test", "--write")
        self.token = re.search(r"\S{30,}", made).group(0)

    def command(self, *words, stdin=""):
        done = subprocess.run(
            [self.binary, "--config", str(self.settings), *words], input=stdin, capture_output=True, text=True, timeout=60
        )
        if done.returncode != 0:
            raise RuntimeError(f"portico {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def api(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            raise Refused(method, path, answer.status, text.decode(errors="replace"))
        return json.loads(text) if text else None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
