"""The documents about security name tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("document", ["security.md", "threat-model.md"])
def test_every_test_that_is_named_exists(document: str) -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", (ROOT / "docs" / document).read_text()))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_chapter_of_the_standard_is_answered_with_tests() -> None:
    document = (ROOT / "docs" / "security.md").read_text()
    assert [int(number) for number in re.findall(r"^## V(\d+) ", document, re.MULTILINE)] == [
        *range(1, 18)
    ]
    rows = re.findall(r"^\| (\d+\.\d+)\.\d.* \| (.*)\|$", document, re.MULTILINE)
    documented = re.compile(r"\d+\.1$")  # sections that ask for documents
    assert rows
    assert [where for where, test in rows if not test and not documented.match(where)] == []
