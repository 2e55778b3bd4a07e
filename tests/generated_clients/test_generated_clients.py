"""Clients that others generate from our document compile, and walk through the whole API."""

import json
import re
import shutil
from pathlib import Path

import pytest
import requests

from tests.factories import PASSWORD
from tests.generated_clients import generators
from tests.generated_clients.generators import HERE, NODE, PYTHON, Run, run
from tests.pictures import astronaut_jpeg

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("sites"),
    pytest.mark.skipif(not generators.is_installed(), reason="make clients installs generators"),
]
OF_THE_GENERATOR = re.compile(
    "OpenAPI 3.1 support is still in beta"
    "|Failed to get the schema name: null"  # of examples, of which it writes none
    "|Could not compute datatypeWithEnum from"  # lists in forms, whose names come out right
    r"|TimeZone \(reserved word\) cannot be used as model name"  # of a parameter, and none is made
)
"""Warnings of OpenAPI Generator that no document of ours can spare, each without an effect."""


@pytest.fixture(scope="module")
def document(shared_address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as a site serves it, with the address that every real site has."""
    told = requests.get(f"{shared_address}/api/schema/", timeout=60).json()
    told["info"]["contact"]["email"] = "mood@example.org"
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_text(json.dumps(told))
    return file


def walk(address: str, folder: Path, *command: str | Path) -> Run:
    """Let a generated client walk as a person who signs up by it."""
    photo = folder / "selfie.jpg"
    photo.write_bytes(astronaut_jpeg())
    email = f"{folder.name}-{Path(command[-1]).stem}@example.org".replace("_", "-")
    return run(*command, address, email, PASSWORD, photo, folder=folder)


def test_a_client_in_python_walks(document: Path, shared_address: str, tmp_path: Path) -> None:
    generated = generators.generate_python(document, tmp_path)
    assert (generated.code, generated.warnings) == (0, []), generated.output
    checked = run(PYTHON / "mypy", "walk.py", folder=tmp_path)
    assert checked.code == 0, checked.output
    walked = walk(shared_address, tmp_path, PYTHON / "python", "walk.py")
    assert walked.code == 0, walked.output


def test_clients_in_typescript_walk(document: Path, shared_address: str, tmp_path: Path) -> None:
    for generated in generators.generate_typescript(document, tmp_path):
        assert (generated.code, generated.warnings) == (0, []), generated.output
    compiled = run(NODE / ".bin" / "tsc", "--project", ".", folder=tmp_path)
    assert compiled.code == 0, compiled.output
    for client in ("walk_hey_api", "walk_openapi_fetch"):
        walked = walk(shared_address, tmp_path, "node", f"built/{client}.js")
        assert walked.code == 0, walked.output


@pytest.mark.skipif(not shutil.which("java"), reason="OpenAPI Generator needs a Java runtime")
@pytest.mark.parametrize(
    ("language", "ending", "closed"),
    [
        ("kotlin", "kt", r"enum class (?!RequestMethod|ResponseType)"),
        ("swift6", "swift", r"enum (?!HTTPMethod)\w+: *(?:String|Int)\b(?!, CodingKey)"),
    ],
)
def test_clients_for_phones_have_every_body_and_no_closed_enumeration(
    language: str, ending: str, closed: str, document: Path, tmp_path: Path
) -> None:
    generated = generators.generate_for_phones(language, document, tmp_path)
    assert generated.code == 0, generated.output
    assert not [text for text in generated.warnings if not OF_THE_GENERATOR.search(text)]
    files = [path.read_text() for path in (tmp_path / language).rglob(f"*.{ending}")]
    code = "\n".join(files)
    assert not re.findall(f"{closed}.*", code)
    for body in (
        "Words",
        "Reading",
        "AccountDeletion",
        "GiveConsent",
        "Credentials",
        "ChosenSessions",
    ):
        assert re.search(rf"(?:class|struct) {body}\b", code), body
    for form in (r"capturesCreate\(.*photo:", r"capturesBatch\(.*captures: .*photos:"):
        assert re.search(form, code), form


def test_linters_find_nothing(document: Path, tmp_path: Path) -> None:
    for command in (
        ("redocly", "lint", document, "--config", HERE / "redocly.yaml"),
        ("spectral", "lint", document, "--ruleset", HERE / "spectral.yaml"),
    ):
        linted = run(NODE / ".bin" / command[0], *command[1:], folder=tmp_path)
        found = [text for text in linted.warnings if "Deprecation warning: Node.js" not in text]
        assert (linted.code, found) == (0, []), linted.output
