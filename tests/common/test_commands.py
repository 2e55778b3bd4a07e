"""Whatever is wrong with a command line is answered in one line, and the command fails."""

import io
import re
import runpy
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from common.commands import BaseCommand

ROOT = Path(__file__).parents[2]
OUR_COMMANDS = sorted(
    name for name, app in get_commands().items() if app in {"accounts", "backups", "emotions", "ml"}
)
PROGRAMS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("benchmarks", "integration_tests", "scripts")
    for path in (ROOT / folder).rglob("*.py")
    if "OneLineParser(" in path.read_text() and "__main__" in path.read_text()
)


def fail(capfd: pytest.CaptureFixture[str]) -> str:
    """Return the one line that a program writes before it fails."""
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.endswith("\n")
    return err


@pytest.mark.parametrize("name", OUR_COMMANDS)
@pytest.mark.parametrize("options", [["--nonsense"], ["--verbosity", "loud"], ["--zz=b\nc"]])
def test_a_command_answers_wrong_options_in_one_line(
    name: str, options: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class(get_commands()[name], name)
    with pytest.raises(SystemExit) as ended:
        command.run_from_argv(["manage.py", name, *options])
    assert ended.value.code == 2
    assert fail(capfd).startswith(f"manage.py {name}: ")


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_a_command_called_by_code_raises_one_line(name: str) -> None:
    with pytest.raises(CommandError, match=r"\AError: [^\n]*\Z"):
        call_command(name, "--nonsense")


def test_a_name_with_control_characters_stays_on_one_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    class Command(BaseCommand):
        requires_system_checks = ()

        def handle(self, **_: object) -> None:
            raise CommandError("no\nsuch \x1b[31mfile", returncode=7)

    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "look"])
    assert ended.value.code == 7
    assert fail(capfd) == "CommandError: no\\nsuch \\x1b[31mfile\n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_a_name_that_the_terminal_cannot_show_is_escaped(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Command(BaseCommand):
        requires_system_checks = ()

        def handle(self, **_: object) -> None:
            self.stdout.write("Written: caf\udce9 \U0001f642")

    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding, write_through=True))
    Command().run_from_argv(["manage.py", "look"])
    shown = "🙂" if encoding == "utf-8" else r"\U0001f642"
    assert written.getvalue().decode(encoding) == f"Written: caf\\udce9 {shown}\n"


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_answers_wrong_options_in_one_line(
    program: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [program, "--nonsense"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(program, run_name="__main__")
    assert ended.value.code == 2
    assert fail(capfd).startswith(program)


def test_every_command_line_is_read_by_such_a_parser() -> None:
    assert len(PROGRAMS) > 15
    for name in OUR_COMMANDS:
        assert isinstance(load_command_class(get_commands()[name], name), BaseCommand)
    for folder in ("benchmarks", "integration_tests", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not re.search(rf"\b{ArgumentParser.__name__}\(", path.read_text()), path
