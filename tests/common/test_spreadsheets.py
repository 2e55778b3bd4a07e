"""Cells that a spreadsheet would evaluate are shown as text."""

import csv
import io
import re
from typing import Any

import pytest

from common.spreadsheets import escape_formula


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil")'])
def test_a_formula_becomes_text(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "\n", "\r", "\r\n"])
def test_a_formula_becomes_text_behind_every_separator(separator: str) -> None:
    table = io.StringIO()
    cell = f'x{separator}=1+1{separator}"=1+1"{separator}+1'
    csv.writer(table).writerow(
        ["2026-11-01", escape_formula(cell), escape_formula(separator + "=1")]
    )
    # As a program reads it that splits there, with and without an idea of quotes.
    raw = re.split("[,;|\t\r\n]", table.getvalue())
    read = [
        cell
        for delimiter in ",;|\t"
        for row in csv.reader(table.getvalue().splitlines(), delimiter=delimiter)
        for cell in row
    ]
    formulas = [cell for cell in raw + read if cell.lstrip('"').startswith(tuple("=+-@"))]
    assert formulas == []


@pytest.mark.parametrize(
    "cell", ["", "a=1", "two words", " =1+1", "well, -1 and; =2", "−0.25", 0, -0.25, None, True]
)
def test_other_cells_stay_as_they_are(cell: Any) -> None:
    assert escape_formula(cell) == cell
