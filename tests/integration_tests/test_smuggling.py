"""The tricks of smuggling in small, and whether the command notices one that succeeds."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest

from integration_tests.proxies.servers import PROXIES
from integration_tests.proxies.tricks import LABEL, Attacker
from integration_tests.smuggling import (
    ALONE,
    Attempt,
    Front,
    requests_nobody_passed_on,
    table,
    try_fronts,
)

PROFILE = b'HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n"0@victims.example.org"'
REFUSAL = b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"


class Naive(socketserver.StreamRequestHandler):
    """Answers heads, and takes bodies for heads where it does not understand their length."""

    lengths_understood: ClassVar[bool]

    def handle(self) -> None:
        while start := self.rfile.readline():
            length = 0
            for line in iter(self.rfile.readline, b"\r\n"):
                if not line:
                    return
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length" and self.lengths_understood:
                    length = int(value)
            self.wfile.write(PROFILE if start.startswith(b"GET /api/v1/me/") else REFUSAL)
            self.rfile.read(length)


@contextmanager
def served(*, lengths_understood: bool) -> Iterator[str]:
    class Handler(Naive):
        """Has settings of its own."""

    Handler.lengths_understood = lengths_understood
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def attempts_at(*, lengths_understood: bool) -> list[Attempt]:
    with served(lengths_understood=lengths_understood) as address:
        front = Front(0, ALONE, address, "attacker", "victim")
        front.try_all("16 digits")
    return list(front.attempts.values())


def test_a_victim_who_gets_the_answer_of_another_is_noticed() -> None:
    assert [attempt.verdict for attempt in attempts_at(lengths_understood=True)] == ["answered"] * 2
    assert [attempt.verdict for attempt in attempts_at(lengths_understood=False)] == [
        "SMUGGLED"
    ] * 2


def test_a_request_that_no_proxy_passed_on_is_noticed() -> None:
    tricks = {trick.is_one: trick for trick in Attacker("t").tricks()}
    front = Front(0, ALONE, "", "", "")
    front.attempts = {"hidden-0001": Attempt(tricks[True], False)}
    front.attempts["hidden-0002"] = Attempt(tricks[False], False)
    log = (
        "POST /api/v1/today/ from=127.0.0.1 agent=attacker\n"
        "POST /api/v1/captures/ from=- agent=hidden-0001\n"
        "POST /api/v1/captures/ from=- agent=hidden-0002\n"
        "POST /api/v1/captures/ from=127.0.0.1 agent=hidden-0003\n"
    )

    found = [label for label, _ in requests_nobody_passed_on(log, [front])]

    assert found == ["hidden-0001"], "what was two requests from the start may be taken apart"


def test_every_trick_hides_a_labelled_request_that_asks_for_more_than_it_brings() -> None:
    tricks = list(Attacker("token").tricks())

    assert len({trick.name for trick in tricks}) == len(tricks)
    for trick in tricks:
        if trick.name != "two requests at once":
            assert b"hidden-1234" in trick.labelled("hidden-1234").body
            assert LABEL not in trick.labelled("hidden-1234").body
            hidden = trick.body[trick.body.rindex(b"POST ") :]
            head, _, form = hidden.partition(b"\r\n\r\n")
            assert len(form) < int(head.rpartition(b"Content-Length: ")[2])


def test_the_table_names_both_verdicts_where_they_differ() -> None:
    trick = next(Attacker("").tricks())
    front = Front(0, "nginx", "", "", "")
    front.attempts = {
        "1": Attempt(trick, late=False, status=405),
        "2": Attempt(trick, late=True, findings=["the next person got nothing"]),
    }

    assert list(table([front]))[2:] == ["| nothing odd | answered 405, then SMUGGLED |"]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["16 digits", "coding: chunked;"])
def test_nothing_is_smuggled_past_gunicorn_and_the_proxies_that_are_installed(text: str) -> None:
    installed = [name for name, proxy in PROXIES.items() if proxy.executable]

    fronts = try_fronts([ALONE, *installed], trick=text)

    attempts = [attempt for front in fronts for attempt in front.attempts.values()]
    assert len(attempts) >= 2 * len(fronts)
    assert [attempt for attempt in attempts if attempt.findings] == []
    if missing := PROXIES.keys() - set(installed):
        pytest.skip(f"Nothing was smuggled, but not installed: {', '.join(sorted(missing))}.")
