"""Tables that are safe to open in spreadsheet programs."""

import re
from typing import Any

START_OF_FORMULA = re.compile(r'(^|[,;|\t\r\n])("*)(?=[=+\-@\t\r])')
"""Where a cell begins, whatever separates cells, and goes on like a formula."""


def escape_formula(cell: Any) -> Any:
    """Return a cell whose text no spreadsheet evaluates as a formula.

    Excel, LibreOffice and Google Sheets take a CSV cell that begins with `=`, `+`, `-`, `@`, a tab
    or a carriage return for a formula, whoever wrote it (CWE-1236). They also split at other
    characters than commas, as Excel does at semicolons where commas are decimal points, and then
    disregard the quotes of our cells. An apostrophe in front makes them show all of it as text.
    Cells that are not text are returned as they are.
    """
    return START_OF_FORMULA.sub(r"\1\2'", cell) if isinstance(cell, str) else cell
