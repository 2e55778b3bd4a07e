"""What does not fit into its column is refused in one line that says what does."""

from argparse import ArgumentTypeError

import pytest
from django.core.management import CommandError, call_command

from common.text_options import text_up_to


def test_texts_have_a_longest() -> None:
    assert text_up_to(3)("äöü") == "äöü"
    with pytest.raises(ArgumentTypeError, match="a text of at most 3 letters, received 4"):
        text_up_to(3)("äöüß")


@pytest.mark.parametrize(
    ("command", "option", "most"),
    [
        (["create_token", "x@example.org"], "--name", 80),
        (["promote_model", "x"], "--by", 254),
        (["training_worker"], "--name", 80),
        (["train_emotion"], "--name", 80),
        (["release_emotion", "x"], "--name", 80),
    ],
)
def test_every_command_names_the_option_that_is_too_long(
    command: list[str], option: str, most: int
) -> None:
    with pytest.raises(CommandError, match=f"argument {option}: expected .* {most} letters"):
        call_command(*command, option, "x" * (most + 1))
