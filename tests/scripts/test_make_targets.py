"""Every target of the Makefile runs in a fresh clone, in its smallest form."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.ml import faces
from tests.pace import patience, wait_until
from tests.sites import ROOT, free_address

TARGETS = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0].split()
RUN_BY_CI = {
    "test": "make test",
    "lint": "make lint",
    "audit": "-m scripts.audit",
    "clients": "make clients",
}
"""The lines of `.ci/run` that run targets anyhow."""
NOT_RUN = {
    "test-slow": "would run this test; `.ci/run` runs what it runs",
    "peers": "installs 5 GB",
}
SERVER = "run"
KEPT_VARIABLES = re.compile(
    r"PATH|HOME|USER|LANG|TMPDIR|CHROMIUM|OPENBLAS_\w+|(PIP|UV|NPM|NODE|SSL|npm)_\w+|\w+_(proxy|PROXY)"
)
"""Not the settings of the tests, nor those of a make that runs them."""


@dataclass(frozen=True)
class Form:
    """The smallest form of a target.

    Attributes:
        prints: a pattern of what it prints at its end.
        variables: of make.
        makes: files that it leaves.
        measures: whether it may fail for having been slow.
        needs_hosts: whether it may fail for hosts that are out of reach.
    """

    prints: str
    variables: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    measures: bool = False
    needs_hosts: bool = False


FORMS = {
    "outdated": Form(prints=r"name +pinned +newest +file", needs_hosts=True),
    "pins": Form(prints="pip compile", makes=("requirements.txt",)),
    "sbom": Form(prints="bills of materials", makes=("var/sbom/npm.cdx.json",)),
    "messages": Form(prints="de: .* 0 without a translation"),
    "screenshots": Form(
        prints="Screenshots are in",
        variables=("PAGES=landing",),
        makes=("var/screenshots/landing-390-dark.png",),
    ),
    "fuzz": Form(prints=r"(?s) generated, .+ generated, ", variables=("EXAMPLES=1",)),
    "attack": Form(prints=r"(?s)1 pictures in .+\n1 pictures in ", variables=("COUNT=1",)),
    "upgrade": Form(prints="rolled back +. ok", variables=("FROM=HEAD", "DATABASE=sqlite")),
    "lighthouse": Form(
        prints=r"landing \| \d+ \| 100 \| 100 \|", variables=("PAGES=landing",), measures=True
    ),
    "bench": Form(prints="find and read a face", variables=("NAMES=photo",), measures=True),
    "load": Form(prints="captures acknowledged", variables=("DURATION=2",), measures=True),
    "train": Form(
        prints="tiny",
        variables=(
            "DATA=datasets/faces.zip",
            "OPTIONS=--out runs/tiny --architecture residual --epochs 1 --batch-size 8",
        ),
        makes=("runs/tiny/card.json",),
    ),
}


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the files of this checkout, its installed packages, and a small dataset."""
    folder = tmp_path_factory.mktemp("clone") / "site"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    for name in listed.stdout.split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)  # with its time, which make compares
    for installed in (".venv", "node_modules"):
        (folder / installed).symlink_to((ROOT / installed).resolve())
    (folder / "datasets").mkdir()
    faces.archive(folder / "datasets" / "faces.zip", faces.tree())
    return folder


@contextmanager
def make(clone: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run make like somebody in a terminal, and end whatever it started."""
    process = subprocess.Popen(
        ["make", *arguments],
        cwd=clone,
        env={name: text for name, text in os.environ.items() if KEPT_VARIABLES.fullmatch(name)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_every_target_is_run_somewhere() -> None:
    assert {*FORMS, *RUN_BY_CI, *NOT_RUN, SERVER} == {*TARGETS}
    everything = (ROOT / ".ci" / "run").read_text()
    assert [line for line in RUN_BY_CI.values() if line not in everything] == []


def test_the_slow_tests_run_as_the_quick_ones_do() -> None:
    recipes = []
    for target in ("test", "test-slow"):
        command = ["make", "--dry-run", "--always-make", target]
        process = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        recipes += re.findall(r"^.* -m pytest .*$", process.stdout, re.MULTILINE)
    assert recipes[0].replace('"not slow"', "slow") == recipes[1]


@pytest.mark.slow
@pytest.mark.parametrize("target", FORMS)
def test_a_target_runs_in_its_smallest_form(target: str, clone: Path) -> None:
    form = FORMS[target]
    with make(clone, target, *form.variables) as process:
        output, _ = process.communicate(timeout=patience(800))

    assert re.search(form.prints, output), output
    assert "Traceback" not in output
    may_fail = (
        form.measures and re.search("budget|MISSED|Promotion took|captures lost", output)
    ) or (form.needs_hosts and "Could not check" in output)
    assert process.returncode == 0 or may_fail, output
    assert [file for file in form.makes if not (clone / file).exists()] == []


@pytest.mark.slow
def test_the_site_starts_and_stops(clone: Path) -> None:
    address = free_address()
    with make(clone, SERVER, f"ADDRESS={address}") as process:

        def is_there() -> bool:
            with suppress(requests.ConnectionError):
                return requests.get(f"http://{address}/", timeout=patience(10)).ok
            assert process.poll() is None, process.communicate()[0]
            return False

        assert wait_until(is_there, seconds=60)
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=patience(20))
    assert (clone / "var" / "db.sqlite3").exists()
