"""Waiting ends with what is waited for, or after a time that follows the machine."""

import hashlib
from types import SimpleNamespace

import pytest

from tests import pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A machine with a clock of its own, on which measurements take as long as it is slow."""
    machine = SimpleNamespace(now=1000.0, slowdown=1.0)

    def pass_time(seconds: float) -> None:
        machine.now += seconds

    monkeypatch.setattr(pace, "machine", pace.Pace())
    monkeypatch.setattr(pace, "clock", lambda: machine.now)
    monkeypatch.setattr(pace, "sleep", lambda _: pass_time(1))
    monkeypatch.setattr(
        hashlib,
        "pbkdf2_hmac",
        lambda *_: pass_time(pace.IDLE_SECONDS * machine.slowdown),
    )
    return machine


def test_a_busy_machine_is_given_more_time(clock: SimpleNamespace) -> None:
    clock.slowdown = 3
    assert pace.patience(5) == pytest.approx(15)


def test_a_fast_machine_is_given_no_less(clock: SimpleNamespace) -> None:
    clock.slowdown = 0.5
    assert pace.patience(5) == 5


def test_a_machine_that_became_busy_is_noticed_and_remembered_for_a_while(
    clock: SimpleNamespace,
) -> None:
    assert pace.patience(1) == pytest.approx(1)
    clock.slowdown, clock.now = 4, clock.now + pace.MEASURE_EVERY + 1
    assert pace.patience(1) == pytest.approx(4)
    clock.slowdown = 1
    for _ in range(pace.RECENT - 1):
        clock.now += pace.MEASURE_EVERY + 1
        assert pace.patience(1) == pytest.approx(4)
    clock.now += pace.MEASURE_EVERY + 1
    assert pace.patience(1) == pytest.approx(1)


def test_waiting_returns_what_it_waited_for() -> None:
    answers = iter([None, "", "found"])
    assert pace.wait_until(lambda: next(answers)) == "found"


def test_waiting_gives_up_in_the_end(clock: SimpleNamespace) -> None:
    clock.slowdown = 2
    with pytest.raises(TimeoutError, match="Not true after 31 s"):
        pace.wait_until(lambda: False)


def test_waiting_goes_on_if_the_machine_became_busy_meanwhile(clock: SimpleNamespace) -> None:
    pace.patience(1)
    clock.slowdown = 3
    begun = clock.now
    assert pace.wait_until(lambda: clock.now - begun > 40)
