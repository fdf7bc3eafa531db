"""Clients that dawdle, with the real timers: heads that never end, bodies that drip, answers nobody reads.

Each must be cut in time while other callers are served as if nothing were."""

import argparse
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from portico import Mock, Portico, get  # noqa: E402
from stage import Stage  # noqa: E402


def until_closed(connection, limit, drip=b""):
    """Seconds until the server closes; `drip` is sent byte by byte meanwhile. None: it did not."""
    begin = time.monotonic()
    connection.settimeout(0.5)
    while time.monotonic() - begin < limit:
        try:
            if drip:
                connection.send(drip[:1])
            if connection.recv(4096) == b"":
                return time.monotonic() - begin
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - begin
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    mock = Mock(str(options.bin / "mock-upstream"))
    portico = Portico(str(options.bin / "portico"))
    failed = 0
    print("\n### Slow clients\n\n| Client | closed after s | limit s |\n|---|---|---|")
    try:
        stage = Stage(portico, mock, {"mock-small": "mock-small"})
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{portico.port}\r\nauthorization: Bearer {stage.key}\r\n"
        body = head + "content-type: application/json\r\ncontent-length: 100000\r\n\r\n"
        for name, first, drip, limit in (
            ("half a head, then silence", "POST /v1/chat", b"", 15),
            ("a head byte by byte", "POST /v1/chat/completions HTTP/1.1\r\nx-slow: ", b"a", 30),
            ("a body that stops", body + "{", b"", 45),
            ("a body byte by byte", body + "{", b" ", 45),
        ):
            connection = socket.create_connection(("127.0.0.1", portico.port))
            connection.sendall(first.encode())
            taken = until_closed(connection, limit, drip)
            connection.close()
            failed += taken is None
            print(f"| {name} | {'never' if taken is None else f'{taken:.1f}'} | {limit} |")
        many = [socket.create_connection(("127.0.0.1", portico.port)) for _ in range(500)]
        for connection in many:
            connection.sendall(b"GET /v1/mod")
        begin = time.monotonic()
        status = get(portico.port, "/healthz")[0]
        taken = time.monotonic() - begin
        stage.one_call("mock-small")
        failed += status != 200 or taken > 1
        print(f"| /healthz beside 500 half heads | {taken:.3f} ({status}) | 1 |")
        for connection in many:
            connection.close()
    finally:
        portico.close()
        mock.stop()
    sys.exit(1 if failed else 0)


main()
