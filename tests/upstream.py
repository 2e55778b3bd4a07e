"""What stands behind nginx in place of gunicorn, and tells what reached it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.pace import patience

MB = 2**20
LARGE = 8 * MB


@dataclass
class Upstream:
    """What stands behind nginx in place of gunicorn.

    `/static/` may be kept by nginx, but for `/static/private`; `/held/` and `/data/import/` answer
    once `go_on` is set, `/streamed/` sends a line before; `/large/` sends 8 MB, `/cut/` never its
    end; everything else tells which headers came.
    """

    address: str
    begun: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: Upstream

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.upstream.begun.append(path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.close_connection = True
        if path in ("/data/import/", "/held/"):
            self.upstream.go_on.wait(patience(20))
        if path in ("/streamed/", "/cut/"):
            self.answer_in_chunks(path)
        else:
            told = {"headers": list(self.headers.items()), "size": len(body)}
            self.answer(
                bytes(LARGE) if path in ("/large/", "/static/large") else json.dumps(told).encode()
            )
        self.upstream.finished.append(path)

    def do_POST(self) -> None:
        self.do_GET()

    def answer(self, content: bytes) -> None:
        self.send_response(200)
        if self.path.startswith("/static/"):
            who = "private" if self.path == "/static/private" else "public"
            self.send_header("Cache-Control", f"max-age=3600, {who}")
            self.send_header("Vary", "Accept-Encoding")
            self.send_header("X-Request-Id", "of-the-first")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def answer_in_chunks(self, path: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        if path == "/streamed/":
            self.send_header("X-Accel-Buffering", "no")
        self.end_headers()
        self.wfile.write(b"1\r\n\n\r\n")
        self.wfile.flush()
        if path != "/cut/":
            self.upstream.go_on.wait(patience(20))
            self.wfile.write(b"3\r\nend\r\n0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: Any) -> None:
        """Say nothing of tests that end before an answer does."""


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    """Serve until the block ends."""

    class OwnHandler(Handler):
        """Has an upstream of its own."""

    with Server(("127.0.0.1", 0), OwnHandler) as server:
        OwnHandler.upstream = found = Upstream(f"127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield found
        found.go_on.set()
        server.shutdown()
        thread.join()
