"""Files that people have and that are no history yet, with which one to send instead."""

from collections.abc import Collection

from django.utils.translation import gettext as _


def explain_signature(beginning: bytes) -> str:
    """Return what to send instead of a file that begins with these bytes; empty if unknown."""
    if beginning.startswith(b"%PDF"):
        return _("That is a PDF, which is for reading only. %(way)s") % {"way": way_to_table()}
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        return save_as_csv()
    if beginning.lstrip().startswith(b"{"):
        return explain_json()
    return ""


def explain_archive(names: Collection[str]) -> str:
    """Return what to send instead of an archive of these files; empty if unknown."""
    if any(name.endswith(".daylio") for name in names):
        return _("That is Daylio’s backup, which only Daylio reads. %(way)s") % {
            "way": way_to_table()
        }
    if "workbook.xml" in names:
        return save_as_csv()
    return ""


def explain_json() -> str:
    return _(
        "That is a JSON file, but not Pixels’. Send the zip archive that you downloaded here, or "
        "Daylio’s CSV file. From other apps, export a CSV file, and give it Daylio’s columns."
    )


def way_to_table() -> str:
    return _("In Daylio, choose More › Export entries › CSV, and send that file.")


def save_as_csv() -> str:
    return _("That is a workbook of a spreadsheet. Save the sheet as CSV, and send that file.")
