"""Cells that a spreadsheet would evaluate are shown as text."""

from typing import Any

import pytest

from common.spreadsheets import escape_formula


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://evil")']
)
def test_a_formula_becomes_text(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["", "a=1", "two words", " =1+1", "−0.25", 0, -0.25, None, True])
def test_other_cells_stay_as_they_are(cell: Any) -> None:
    assert escape_formula(cell) is cell
