"""`make sbom`: valid CycloneDX that lists exactly what is pinned."""

import json
import re
import warnings
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from scripts import sbom
from tests.sites import ROOT


def assert_valid(file: Path) -> None:
    text = file.read_text()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a library of the validator
        assert JsonStrictValidator(version).validate_str(text) is None


def components(file: Path) -> set[tuple[str, str]]:
    return {(one["name"], one["version"]) for one in json.loads(file.read_text())["components"]}


def test_the_packages_of_the_site_are_listed_with_their_hashes(tmp_path: Path) -> None:
    file = tmp_path / "requirements.cdx.json"
    sbom.write_python("requirements.txt", file)

    assert_valid(file)
    text = (ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", text, re.MULTILINE)
    assert components(file) == {*pinned}
    content = json.loads(file.read_text())
    assert content["metadata"]["component"]["name"] == "emoplatform"
    assert all(one["externalReferences"][0]["hashes"] for one in content["components"])


def test_the_libraries_of_the_pages_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "npm.cdx.json"
    sbom.write_npm(file)

    assert_valid(file)
    named = json.loads((ROOT / "package.json").read_text())
    assert {*named["dependencies"].items()} <= components(file)
    assert not {name for name, _ in components(file)} & {*named["devDependencies"]}
    assert json.loads(file.read_text())["metadata"]["component"]["name"] == "emoplatform"


def test_a_damaged_list_is_no_valid_one(tmp_path: Path) -> None:
    file = tmp_path / "damaged.json"
    file.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}]}')

    with pytest.raises(AssertionError):
        assert_valid(file)
