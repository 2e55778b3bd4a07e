"""Tables that are safe to open in spreadsheet programs."""

from typing import Any

FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(cell: Any) -> Any:
    """Return a cell whose text no spreadsheet evaluates as a formula.

    Excel, LibreOffice and Google Sheets take a CSV cell that begins with one of
    `FORMULA_PREFIXES` for a formula, whoever wrote it (CWE-1236). An apostrophe in front makes
    them show it as text. Cells that are not text are returned as they are.
    """
    if isinstance(cell, str) and cell.startswith(FORMULA_PREFIXES):
        return f"'{cell}"
    return cell
