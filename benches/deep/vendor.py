"""A vendor in OpenAI's format whose model names say how it behaves; it counts what it is asked.

  ok       an answer at once, whole or streamed          silent   nothing ever comes
  stall    a stream that stops after five words          always-500   status 500"""

import asyncio
import json
import re
import threading
import time

WORDS = ["one ", "two ", "three ", "four ", "five "]


async def read_message(reader):
    """Head and body of one HTTP/1.1 message with a length or in chunks."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if length:
        return head, await reader.readexactly(int(length.group(1)))
    if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readline()
        return head, body
    return head, b""


def chunk(delta, finish=None):
    base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


class Vendor:
    def __init__(self):
        self.hits, self.left, self.port = {}, [], 0
        ready = threading.Event()
        threading.Thread(target=self.run, args=(ready,), daemon=True).start()
        ready.wait()

    def run(self, ready):
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()

    def seen(self):
        return sum(self.hits.values())

    async def serve(self, reader, writer):
        try:
            while True:
                _, body = await read_message(reader)
                asked = json.loads(body)
                model = asked["model"]
                self.hits[model] = self.hits.get(model, 0) + 1
                if model == "always-500":
                    self.answer(writer, "500 Broken", {"error": {"message": "boom"}})
                elif model in ("silent", "stall"):
                    if model == "stall":
                        self.stream(writer, end=False)
                    await reader.read(1)  # until the gateway closes it
                    self.left.append((model, time.monotonic()))
                    return
                elif asked.get("stream"):
                    self.stream(writer, end=True)
                else:
                    message = {"role": "assistant", "content": "ok"}
                    choice = {"index": 0, "message": message, "finish_reason": "stop"}
                    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
                    self.answer(writer, "200 OK", {
                        "id": "c", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": usage,
                    })
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @staticmethod
    def answer(writer, status, body):
        text = json.dumps(body).encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text)

    @staticmethod
    def stream(writer, end):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")

        def event(data):
            text = f"data: {data}\n\n".encode()
            writer.write(b"%x\r\n%s\r\n" % (len(text), text))

        for word in WORDS:
            event(json.dumps(chunk({"content": word})))
        if end:
            event(json.dumps(chunk({}, "stop")))
            event("[DONE]")
            writer.write(b"0\r\n\r\n")


class Call:
    """One call by a raw socket in a thread of its own: when what came."""

    def __init__(self, port, key, model, stream):
        self.arguments = (port, key, model, stream)
        self.status, self.text, self.head_after, self.took, self.pieces = 0, "", None, None, []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        import http.client

        port, key, model, stream = self.arguments
        begin = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=900)
        body = json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hello"}]})
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        try:
            connection.request("POST", "/v1/chat/completions", body, headers)
            answer = connection.getresponse()
            self.status, self.head_after = answer.status, time.monotonic() - begin
            while piece := answer.read1(65536):
                self.pieces.append((time.monotonic() - begin, piece.decode()))
        except (OSError, http.client.HTTPException) as fault:
            self.text = f"({fault!r})"
        self.text = "".join(piece for _, piece in self.pieces) + self.text
        self.took = time.monotonic() - begin
        connection.close()

    def join(self):
        self.thread.join()
        return self

    def code(self):
        found = re.search(r'"code": ?"([a-z_]+)"', self.text)
        return found.group(1) if found else ""


def call(port, key, model="ok", stream=False):
    return Call(port, key, model, stream).join()
