"""A gunicorn worker on which slow senders wait in a line of their own and occupy no thread.

The worker's event loop reads each request ahead, as nginx does with `proxy_request_buffering`, and
a thread begins with it once it is whole. gunicorn's own threads would wait for every byte: with
four of them, five people with a bad connection are enough to keep everybody else waiting.
"""

import re
import selectors
import socket
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

PIECE = 2**16  # bytes read at once
IN_MEMORY = 2**18  # bytes of a request; what is larger waits in a file
MOST_OF_HEAD = 2**16  # bytes
MOST = 41 * 2**20
"""Bytes read ahead. What is larger is refused by its length, or an archive that takes its time."""
FIRST_PATIENCE = 30.0  # seconds for a head
LEAST_SPEED = 4096  # bytes a second of a body
LINGER = 2.0  # seconds that a stopping worker waits for the first byte
STALL = 30.0  # seconds without a byte of what is too large to be read ahead

END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,15})[ \t]*\r$")
EXPECTS = re.compile(rb"(?im)^expect:[ \t]*100-continue[ \t]*\r$")


class ReadAhead:
    """A connection, and what came over it ahead of whoever reads it.

    Attributes:
        size: bytes of the request so far.
        whole: bytes of it all, once its head is there.
        began: when it began to be waited for, by the monotonic clock.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.begin(b"")

    def __getattr__(self, name: str) -> Any:
        """Be the connection otherwise."""
        return getattr(self.connection, name)

    def begin(self, read: bytes) -> None:
        """Wait for the next request, of which some may have been read already."""
        self.kept = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - lives with the connection
        self.head = b""
        self.size = 0
        self.whole: int | None = None
        self.began = time.monotonic()
        self.add(read)

    def add(self, piece: bytes) -> None:
        """Keep what came."""
        self.kept.write(piece)
        self.size += len(piece)
        if self.whole is None:
            seen = max(0, len(self.head) - len(END_OF_HEAD))
            self.head += piece
            end = self.head.find(END_OF_HEAD, seen)
            if end >= 0:
                self.head = self.head[: end + len(END_OF_HEAD)]
                length = LENGTH.search(self.head)
                self.whole = len(self.head) + (int(length[1]) if length else 0)

    @property
    def large(self) -> bool:
        """Tell whether it is not read ahead."""
        return self.whole is not None and self.whole > MOST

    @property
    def complete(self) -> bool:
        """Tell whether somebody can begin with it."""
        return self.whole is not None and (self.large or self.size >= self.whole)

    @property
    def expected_by(self) -> float:
        """Return until when it is waited for."""
        return self.began + FIRST_PATIENCE + (self.whole or 0) / LEAST_SPEED

    def hand_over(self) -> None:
        """Let it be read from its beginning."""
        self.kept.seek(0)

    def recv(self, size: int) -> bytes:
        """Return what is there; a body whose length nobody announced ends with it."""
        if read := self.kept.read(size):
            return read
        if not self.large:
            return b""
        self.connection.settimeout(STALL)
        return self.connection.recv(size)

    def rest(self) -> bytes:
        """Return what came behind the request that was read."""
        return self.kept.read()


class PatientWorker(ThreadWorker):
    """gunicorn's worker with threads, which get whole requests."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.awaited: set[TConn] = set()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to accept connections; where it stops, refuse them from now on.

        gunicorn leaves the door open while it stops: whoever comes meanwhile waits in vain.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                while readable(listener):
                    self.accept(listener)
                listener.close()

    def enqueue_req(self, conn: TConn) -> None:
        """Collect a request, and have it handled once it is whole."""
        if conn.parser is None:
            conn.data_ready = True  # gunicorn needs not wait for it as well
            conn.ahead = ReadAhead(conn.sock)
            conn.parser = http.get_parser(self.cfg, conn.ahead, conn.client)
        conn.sock.setblocking(False)
        conn.ahead.begin(conn.parser.unreader.take_buffered())
        self.awaited.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.collect, conn))
        self.collect(conn)

    def collect(self, conn: TConn, _sock: Any = None) -> None:
        """Read what came, and go on with the request where it is whole."""
        ahead = conn.ahead
        try:
            while not ahead.complete:
                before = ahead.whole
                piece = conn.sock.recv(PIECE)
                if not piece:
                    self.give_up(conn)
                    return
                ahead.add(piece)
                if ahead.whole is None and ahead.size > MOST_OF_HEAD:
                    self.give_up(conn, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                    return
                if before is None and not ahead.complete and EXPECTS.search(ahead.head):
                    conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        except BlockingIOError:
            return
        except ConnectionError:
            self.give_up(conn)
            return
        except OSError:
            self.log.exception("A request could not be kept.")
            self.give_up(conn, HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self.no_longer_await(conn)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Handle a whole request, in a thread; give back what came behind it."""
        conn.ahead.hand_over()
        kept_alive = super().handle(conn)
        if kept_alive:
            unreader = conn.parser.unreader
            unreader.unread(unreader.take_buffered() + conn.ahead.rest())
        conn.ahead.kept.close()
        return kept_alive

    def murder_pending(self) -> None:
        """Give up whoever sends too slowly; once a second."""
        now = time.monotonic()
        for conn in list(self.awaited):
            started = conn.ahead.size > 0
            if now > conn.ahead.expected_by:
                self.give_up(conn, HTTPStatus.REQUEST_TIMEOUT if started else None)
            elif not self.alive and not started and now > conn.ahead.began + LINGER:
                self.give_up(conn)

    def give_up(self, conn: TConn, status: HTTPStatus | None = None) -> None:
        """Close a connection, and say why if there is something to say."""
        self.no_longer_await(conn)
        self.nr_conns -= 1
        conn.ahead.kept.close()
        if status:
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            headers = "Connection: close\r\nContent-Length: 0\r\n\r\n"
            with suppress(OSError):  # nobody may be there any more
                conn.sock.send((line + headers).encode())
        conn.close()

    def no_longer_await(self, conn: TConn) -> None:
        """Stop reading ahead."""
        self.awaited.discard(conn)
        self.poller.unregister(conn.sock)


def readable(connection: socket.socket) -> bool:
    """Tell whether there is something to read, or somebody to accept."""
    if connection.fileno() < 0:
        return False
    with selectors.DefaultSelector() as waiting:
        waiting.register(connection, selectors.EVENT_READ)
        return bool(waiting.select(0))
