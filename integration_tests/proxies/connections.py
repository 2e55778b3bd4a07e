"""Raw connections, over which anything can be sent."""

import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

FIRST_ANSWER_WITHIN, QUIET = 0.6, 0.1  # seconds
STATUS = re.compile(rb"HTTP/1\.\d ([2-5]\d\d) ")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass
class Answer:
    """What came back.

    Attributes:
        content: everything.
        open: whether the other side still listens.
    """

    content: bytes = b""
    open: bool = True

    @property
    def status(self) -> int | None:
        """The status of the first response, but of those that say to go on."""
        found = STATUS.search(self.content)
        return int(found[1]) if found else None

    @property
    def complete(self) -> bool:
        """Whether the first response is there with as many bytes as it announces."""
        found = STATUS.search(self.content)
        head, end, body = self.content[found.start() if found else 0 :].partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        return bool(found and end) and len(body) >= (int(length[1]) if length else 0)

    def __add__(self, other: "Answer") -> "Answer":
        return Answer(self.content + other.content, other.open)


def connect(address: str, *, source: str = "127.0.0.1") -> socket.socket:
    """Connect to an address from one of this machine's own."""
    host, _, port = address.partition(":")
    return socket.create_connection((host, int(port)), timeout=10, source_address=(source, 0))


def exchange(connection: socket.socket, content: bytes, *, within: float) -> Answer:
    """Send something and return what comes back: a whole response and what follows at once.

    Args:
        within: seconds to wait for the first byte.
    """
    answer, deadline = Answer(), time.monotonic() + within
    with suppress(OSError):  # an answer may come before everything is sent
        connection.sendall(content)
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            piece = connection.recv(2**16)
        except TimeoutError:
            break
        except OSError:
            piece = b""
        if not piece:
            return Answer(answer.content, open=False)
        answer.content += piece
        deadline = time.monotonic() + (QUIET if answer.complete else within)
    return answer
