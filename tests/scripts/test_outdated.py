"""`make outdated`: which pins are behind, and what could not be checked."""

import re
from pathlib import Path
from typing import Any

import pytest

from scripts import outdated
from scripts.commands import ROOT

NEWER = "sha256:" + 64 * "0"


def pins(name: str) -> list[re.Match[str]]:
    return [
        image
        for file in outdated.CONTAINERS
        for image in outdated.IMAGE.finditer((ROOT / file).read_text())
        if image["name"] == name
    ]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the programs print, by their names; the fixture says that nothing is behind."""
    found: dict[str, Any] = {
        "uv": [],
        "npm": {},
        "list-tags": {"Tags": []},
        "digests": {},
        "git": {},
    }
    actions = outdated.ACTION.finditer((ROOT / outdated.WORKFLOW).read_text())
    for action in actions:
        found["git"][action["name"]] = f"{action['commit']}\trefs/tags/v{action['version']}\n"

    def answer(program: str | Path, *arguments: str | Path, folder: Path = ROOT) -> Any:
        name, last = Path(program).name, str(arguments[-1])
        if name == "git":
            return found["git"] and found["git"][last.removeprefix("https://github.com/")]
        if name == "npm" and folder != ROOT:
            return {}
        if name != "skopeo":
            return found[name]
        if arguments[0] == "list-tags":
            return found["list-tags"]
        image, _, _tag = last.removeprefix("docker://").partition(":")
        return found["digests"].get(image, pins(image)[0]["digest"]) + "\n"

    monkeypatch.setattr(outdated, "json_output", answer)
    monkeypatch.setattr(outdated, "text_output", answer)
    return found


def table(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [re.split(r"  +", line) for line in capsys.readouterr().out.splitlines()[1:]]


def test_nothing_is_behind(answers: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert outdated.main() == 0
    assert table(capsys) == []


def test_each_kind_of_pin_that_is_behind_is_in_the_table(
    answers: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    answers["uv"] = [
        {"name": name, "version": "1.0", "latest_version": "2.0"}
        for name in ("pillow", "ruff", "idna", "not-of-ours")
    ]
    answers["npm"] = {
        "chart.js": {"wanted": "4.6.1", "latest": "99.0.0"},
        "not-installed": {"wanted": "1.0.0", "latest": "1.0.0"},
    }
    answers["list-tags"] = {"Tags": ["17.99-bookworm", "18.1-bookworm", "17.100-trixie"]}
    answers["digests"] = {"redis": NEWER}
    answers["git"]["actions/setup-node"] += f"{40 * 'a'}\trefs/tags/v99.0.0\n"
    answers["git"]["actions/checkout"] = answers["git"]["actions/checkout"].replace(
        answers["git"]["actions/checkout"][:40], 40 * "b"
    )

    assert outdated.main() == 0
    rows = {row[0]: row[1:] for row in table(capsys)}
    assert rows["actions/checkout"][1] == "moved"
    assert rows["pillow"] == ["1.0", "2.0", "requirements.in"]
    assert rows["ruff"] == ["1.0", "2.0", "requirements-dev.in"]
    assert rows["idna"] == ["1.0", "2.0", "requirements.txt"]
    assert rows["chart.js"] == ["4.6.1", "99.0.0", "package.json"]
    assert rows["postgres"][1:] == ["17.99-bookworm", "compose.yaml"]
    assert rows["redis"][1] == "built again"
    assert rows["actions/setup-node"][1:] == ["99.0.0", ".github/workflows/ci.yml"]
    assert not {"not-of-ours", "not-installed"} & rows.keys()


@pytest.mark.parametrize(
    ("program", "answer", "said"),
    [
        ("uv", None, "Python packages"),
        ("npm", {"error": {"code": "ECONNREFUSED"}}, "package.json"),
        ("list-tags", None, "images"),
        ("git", None, "actions"),
    ],
)
def test_what_could_not_be_checked_is_said(
    answers: dict[str, Any],
    program: str,
    answer: Any,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers[program] = answer

    assert outdated.main() == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "tag", "newest"),
    [
        ("python", "3.11.2-slim", "3.11.20-slim"),  # its line is that of .python-version
        ("node", "24.1.0-slim", "24.2.0-slim"),
        ("node", "24.1.0", "24.9.0"),
        ("postgres", "17.1-slim", "17.10-slim"),
        ("redis", "7.4.1-slim", "7.4.1-slim"),
    ],
)
def test_the_newest_tag_is_of_the_same_line_and_variant(name: str, tag: str, newest: str) -> None:
    tags = ["3.11.9-slim", "3.11.20-slim", "3.12.1-slim", "24.2.0-slim", "24.9.0", "17.9-slim"]

    assert outdated.newest_tag(name, tag, [*tags, "17.10-slim", "18.1-slim", "latest"]) == newest
