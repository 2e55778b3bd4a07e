"""What guides tell people to type is there."""

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[2]
GUIDES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
FILES = [*GUIDES, *UNITS, ROOT / "Procfile", ROOT / "Makefile", ROOT / "compose.yaml"]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def typed(file: Path) -> list[tuple[str, set[str]]]:
    """Return the commands of manage.py in a file, each with the options that it is given."""
    text = re.sub(r"\\\n", " ", file.read_text())
    found = re.findall(r"manage\.py\"?,? \"?([a-z_]+)([^\n`|&;]*)", text)
    return [(name, set(re.findall(r"(?<!\S)--[a-z-]+", rest))) for name, rest in found]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_command_is_there_with_every_option(file: Path) -> None:
    for name, options in typed(file):
        commands = get_commands()
        assert name in commands, f"{file.name}: manage.py {name}"
        parser = load_command_class(commands[name], name).create_parser("manage.py", name)
        known = {option for action in parser._actions for option in action.option_strings}
        assert options <= known, f"{file.name}: manage.py {name} {options - known}"


def test_the_guides_were_read() -> None:
    assert {name for file in FILES for name, _ in typed(file)} >= {
        "train_emotion",
        "backup",
        "db_worker",
        "createsuperuser",
    }


def test_every_target_of_make_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for file in GUIDES:
        mentioned = set(re.findall(r"(?:^|`)make ([a-z]+)", file.read_text(), re.MULTILINE))
        assert mentioned <= targets, f"{file.name}: make {mentioned - targets}"


SOURCES = (
    *("accounts", "backups", "benchmarks", "common", "deploy", "docs", "emoplatform", "emotions"),
    *("integration_tests", "locale", "ml", "monitoring", "scripts", "static", "templates", "tests"),
)


@pytest.mark.parametrize("file", GUIDES, ids=name_of)
def test_every_path_is_there(file: Path) -> None:
    named = rf"(?<![\w/.-])(?:{'|'.join(SOURCES)})/[\w./*-]*[\w*]"
    for path in re.findall(named, file.read_text()):
        assert any(ROOT.glob(path)), f"{file.name}: {path}"


def anchors_of(file: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", GUIDES, ids=name_of)
def test_every_link_leads_somewhere(file: Path) -> None:
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", file.read_text()):
        name, _, anchor = link.partition("#")
        target = file.parent / name if name else file
        assert target.exists(), f"{file.name}: {link}"
        assert not anchor or anchor in anchors_of(target), f"{file.name}: {link}"


def test_the_index_of_decisions_lists_each_once() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\) (.+)", (folder / "README.md").read_text())
    records = sorted(folder.glob("[0-9]*.md"))
    titles = [record.read_text().partition("\n")[0] for record in records]
    assert sorted(listed) == [
        (record.name, title.partition(". ")[2])
        for record, title in zip(records, titles, strict=True)
    ]
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))


def test_every_module_that_is_run_is_there() -> None:
    for file in GUIDES:
        for module in re.findall(
            r"python -m ((?:benchmarks|integration_tests|scripts)\.[a-z_.]+[a-z])", file.read_text()
        ):
            assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), f"{file.name}: {module}"


@pytest.mark.parametrize("file", GUIDES, ids=name_of)
def test_every_line_of_shell_can_be_parsed(file: Path) -> None:
    for lines in re.findall(r"^```sh\n(.*?)^```", file.read_text(), re.DOTALL | re.MULTILINE):
        process = subprocess.run(
            ["bash", "-n"], input=lines, capture_output=True, text=True, check=False
        )
        assert process.returncode == 0, f"{file.name}: {process.stderr}"


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_units_run_by_the_same_user_with_the_same_settings(file: Path) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(file)
    if file.suffix == ".timer":
        assert file.with_suffix(".service") in UNITS
    else:
        service = unit["Service"]
        assert service["User"] == service["StateDirectory"] == "emoplatform"
        assert service["EnvironmentFile"] == "/etc/emoplatform.env"
        assert service["ProtectSystem"] == "strict"
