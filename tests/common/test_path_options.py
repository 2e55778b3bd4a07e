"""What is no path of a file is refused in one line."""

from argparse import ArgumentTypeError
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from common.path_options import any_path, file_path


def test_files_need_not_be_there_but_are_no_folders(tmp_path: Path) -> None:
    assert file_path(str(tmp_path / "new.zip")) == tmp_path / "new.zip"
    for wrong in ("", str(tmp_path), "."):
        with pytest.raises(ArgumentTypeError, match="expected the path of a file, received"):
            file_path(wrong)


def test_a_path_may_be_a_folder_where_both_are_taken(tmp_path: Path) -> None:
    assert any_path(str(tmp_path)) == tmp_path
    with pytest.raises(ArgumentTypeError, match="expected the path of a file or a folder"):
        any_path("")


@pytest.mark.parametrize(
    "command", [["backup"], ["restore"], ["export_model", "bundled"], ["import_model"]]
)
def test_every_command_that_takes_a_file_refuses_an_empty_name(command: list[str]) -> None:
    with pytest.raises(CommandError, match="argument file: expected the path of a file"):
        call_command(*command, "")
