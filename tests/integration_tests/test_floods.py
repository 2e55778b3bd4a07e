"""A flood in small, and what is measured during it."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from integration_tests.floods import GUARDED, flood_fronts
from integration_tests.proxies.bystanders import Bystanders, Feeling, costs_sampled
from integration_tests.proxies.floods import Flood, flooding
from integration_tests.proxies.servers import PROXIES
from tests.pace import patience, wait_until


def test_a_flood_comes_from_as_many_addresses_as_it_should_and_comes_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(patience(20))
        address = "{}:{}".format(*listener.getsockname())
        with flooding(Flood("drops", b"GET / "), address, 3, many=True) as outcome:
            first = [listener.accept() for _ in range(3)]
            assert {sender for _, (sender, _) in first} == {"127.1.0.1", "127.1.0.2", "127.1.0.3"}
            connection, (sender, _) = first[0]
            assert connection.recv(6, socket.MSG_WAITALL) == b"GET / "
            connection.close()
            again, (same, _) = listener.accept()
            assert same == sender
        for connection in (again, first[1][0], first[2][0]):
            connection.close()
    assert outcome.closed == 1


def test_who_is_not_answered_counts_as_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = "{}:{}".format(*listener.getsockname())
    others, feeling = Bystanders(address, "session"), Feeling()

    others.ask(others.kinds()["Today"], feeling)

    assert (feeling.errors, len(feeling.durations)) == (1, 1)


def test_percentiles_are_those_of_what_was_measured() -> None:
    feeling = Feeling([0.3, 0.1, 0.2, 0.4])

    assert [feeling.percentile(percent) for percent in (50, 99)] == [0.3, 0.4]


def test_files_without_names_count_as_disk(tmp_path: Path) -> None:

    with tempfile.TemporaryFile(dir=tmp_path) as file:
        file.write(bytes(2**20))
        file.flush()
        with costs_sampled(lambda: [os.getpid()], tmp_path) as costs:
            wait_until(lambda: costs.disk)
    assert costs.disk >= 2**20
    assert costs.memory > 2**20


@pytest.mark.slow
@pytest.mark.skipif(not PROXIES[GUARDED].executable, reason="nginx is not installed")
def test_nobody_behind_nginx_gets_an_error_during_floods() -> None:
    results = list(flood_fronts([GUARDED], ["announce", "readers"], [40], seconds=3))

    assert len(results) == 5
    assert {result.row(): result.errors for result in results if result.errors} == {}
