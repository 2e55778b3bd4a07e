"""Commands take the numbers that they can use, and refuse others in the same words."""

from argparse import ArgumentTypeError
from collections.abc import Callable

import pytest
from django.core.management import get_commands, load_command_class

from common.number_options import number_above, number_between, whole_number

OUR_COMMANDS = sorted(
    name for name, app in get_commands().items() if app in {"accounts", "backups", "emotions", "ml"}
)


@pytest.mark.parametrize(
    ("parse", "text", "number"),
    [
        (whole_number(0), "0", 0),
        (whole_number(1, 3), "3", 3),
        (number_between(0, 1), "1", 1.0),
        (number_above(0), "1e-3", 0.001),
        (number_above(0, 2), "2", 2.0),
    ],
)
def test_numbers_up_to_the_bounds_are_taken(
    parse: Callable[[str], float], text: str, number: float
) -> None:
    assert parse(text) == number


@pytest.mark.parametrize("text", ["-1", "4", "1.5", "nan", "inf", "", "many", "9" * 5000])
def test_other_whole_numbers_are_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ArgumentTypeError) as refused:
        whole_number(0, 3)(text)
    assert str(refused.value) == f"expected a whole number from 0 to 3, received {text}."


@pytest.mark.parametrize("text", ["-1", "0", "nan", "inf", "-inf", "", "many"])
def test_other_numbers_are_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ArgumentTypeError) as refused:
        number_above(0)(text)
    assert str(refused.value) == f"expected a number above 0, received {text}."
    with pytest.raises(ArgumentTypeError, match="a number from 1 to 2, received"):
        number_between(1, 2)(text)


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_no_command_checks_its_numbers_in_another_way(name: str) -> None:
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    django_own = {"verbosity"}
    unchecked = {
        action.dest for action in parser._actions if action.type in (int, float)
    } - django_own
    assert not unchecked
