"""The version and the licence stand in one place, and everything else agrees with it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from scripts.commands import NPM_FOLDERS, REQUIREMENTS, SEPARATE_REQUIREMENTS
from scripts.outdated import CONTAINERS, WORKFLOW

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    parts = re.findall(r"^## (\S+) – (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    version, when = parts[0]
    assert version == PROJECT["version"]
    assert re.fullmatch(r"not released yet|\d{4}-\d\d-\d\d", when)


def test_the_browser_libraries_name_no_second_version_and_the_same_licence() -> None:
    for folder in NPM_FOLDERS.values():
        package = json.loads((folder / "package.json").read_text())
        assert "version" not in package
        assert package["license"] == PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


@pytest.mark.parametrize(
    "file",
    [file.removesuffix(".txt") for file in (*REQUIREMENTS, *SEPARATE_REQUIREMENTS)],
)
def test_every_package_is_pinned_with_the_hashes_of_its_files(file: str) -> None:
    pinned = (ROOT / f"{file}.txt").read_text()
    named = (ROOT / f"{file}.in").read_text()
    versions = dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", pinned, re.MULTILINE))
    for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", named, re.MULTILINE):
        assert versions[name.lower()] == version
    for package in re.split(r"\n(?=[\w.-]+(?:\[|==))", pinned)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package
    assert "://" not in pinned


def test_what_is_audited_is_everything() -> None:
    pins = [
        {*re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==[^\s;]+", (ROOT / file).read_text(), re.MULTILINE)}
        for file in REQUIREMENTS
    ]
    assert pins[0] < pins[1] < pins[2]
    others = {*ROOT.glob("*/*/requirements*.txt")} - {ROOT / file for file in SEPARATE_REQUIREMENTS}
    assert not others
    locks = [*ROOT.glob("*/*/package-lock.json"), ROOT / "package-lock.json"]
    assert {lock.parent for lock in locks} == {*NPM_FOLDERS.values()}


def test_images_are_pinned_to_a_version_and_its_digest() -> None:
    files = [(ROOT / file).read_text() for file in CONTAINERS]
    named = re.findall(r"^(?:FROM|\s*image:) (\S+:\S+)", "\n".join(files), re.MULTILINE)
    assert len(named) >= 4
    for image in named:
        assert re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?(-\w+)*@sha256:[0-9a-f]{64}", image), image


def test_actions_are_pinned_to_the_commit_of_a_release() -> None:
    used = re.findall(r"uses: (.+)", (ROOT / WORKFLOW).read_text())
    assert len(used) >= 3
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_what_runs_for_a_pull_request_is_what_runs_here() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert ".ci/run" in workflow
    python = (ROOT / ".python-version").read_text().strip()
    assert python in PROJECT["requires-python"]
