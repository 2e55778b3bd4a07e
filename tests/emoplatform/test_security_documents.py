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
