"""The commands of an administrator: one line about what went wrong, and nothing half-written."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return faces.archive(tmp_path / "faces.zip", faces.tree(train=10, test=2))


@pytest.mark.parametrize("command", ["train_emotion", "evaluate_emotion"])
def test_a_wrong_source_is_one_line_and_writes_nothing(tmp_path: Path, command: str) -> None:
    wrong = tmp_path / "wrong.zip"
    wrong.write_text("I am a text.")
    out = tmp_path / "out.npz"
    arguments = {
        "train_emotion": ["--data", str(wrong), "--out", str(out)],
        "evaluate_emotion": ["--data", str(wrong)],
    }[command]
    with pytest.raises(CommandError, match=r"wrong\.zip: expected a zip archive") as refused:
        call_command(command, *arguments)
    assert "\n" not in str(refused.value)
    assert not out.exists()


def test_an_unknown_network_or_file_of_votes_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"--model: expected .* received nonsense"):
        call_command("evaluate_emotion", data=archive, model="nonsense")
    with pytest.raises(CommandError, match="--votes: expected a CSV file"):
        call_command("evaluate_emotion", data=archive, votes=tmp_path / "missing.csv")
