"""Waiting ends with what is waited for, or after a time that follows the machine."""

import time

import pytest

from tests import pace


def test_a_busy_machine_is_given_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "slowdown", lambda: 3.0)
    assert pace.patience(5) == 15


def test_waiting_returns_what_it_waited_for() -> None:
    answers = iter([None, "", "found"])
    assert pace.wait_until(lambda: next(answers)) == "found"


def test_waiting_gives_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(pace, "slowdown", lambda: 2.0)
    with pytest.raises(TimeoutError, match="30 s"):
        pace.wait_until(lambda: False)
    assert next(clock) == 50, "after 30 s on the clock and not before"
