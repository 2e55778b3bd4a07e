"""Commands that look for faces say when nothing but OpenCV's cascades can."""

import io
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ml.inference import blazeface
from tests import pictures

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]

COMMANDS = [
    ("detect_emotion", "{portrait}"),
    ("evaluate_emotion", "--data", "{nowhere}", "--detect-faces"),
    ("release_emotion", "--photos", "{nowhere}", "--data", "{nowhere}", "--name", "x"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("is_installed", [True, False])
def test_commands_say_that_the_cascades_serve_only_where_they_do(
    command: tuple[str, ...],
    is_installed: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not is_installed:
        monkeypatch.setattr(blazeface, "FILE", tmp_path / "none.tflite")
    portrait, nowhere = tmp_path / "portrait.jpg", tmp_path / "nowhere.zip"
    portrait.write_bytes(pictures.astronaut_jpeg())
    complained = io.StringIO()
    with suppress(CommandError):
        name, *arguments = (part.format(portrait=portrait, nowhere=nowhere) for part in command)
        call_command(name, *arguments, stdout=io.StringIO(), stderr=complained)
    assert ("npm ci --omit=dev" in complained.getvalue()) is not is_installed
