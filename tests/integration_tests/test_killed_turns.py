"""Turning a picture, killed at any step, leaves one picture with the reading that belongs to it."""

from itertools import pairwise
from pathlib import Path

import pytest

from integration_tests.checkouts import probe
from tests.sites import installed_site


@pytest.mark.slow
def test_a_turn_killed_at_any_step_leaves_the_old_or_the_new_picture(tmp_path: Path) -> None:
    with installed_site(tmp_path) as site:
        states = probe(site, "killed_turns")

    assert states[0] == {"degrees": 0, "left": 0, "wrong": []}
    assert all(state["degrees"] is not None for state in states), states
    assert not any(state["wrong"] for state in states), states
    turned = [(after["degrees"] - before["degrees"]) % 360 for before, after in pairwise(states)]
    # Three files are saved, each in two steps, one transaction ends, and three files are deleted.
    assert turned == [0] * 7 + [90] * 4
    assert [state["left"] for state in states[1:]] == [0, 1, 1, 2, 2, 3, 3, 3, 2, 1, 0]
