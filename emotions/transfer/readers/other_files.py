"""Files that people have and that are no history yet, with which one to send instead."""

from collections.abc import Collection

from django.utils.translation import gettext as _


def explain_signature(beginning: bytes) -> str:
    """Return what to send instead of a file that begins with these bytes; empty if unknown."""
    if beginning.startswith(b"%PDF"):
        return _("That's a PDF, which can't be imported. %(way)s") % {"way": way_to_table()}
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        return save_as_csv()
    if beginning.lstrip().startswith(b"{") and not beginning.startswith(b"{\\rtf"):
        return explain_json()
    return ""


def explain_archive(names: Collection[str]) -> str:
    """Return what to send instead of an archive of these files; empty if unknown."""
    if has(".daylio", names):
        return _("That's a Daylio backup, which only Daylio can read. %(way)s") % {
            "way": way_to_table()
        }
    if "workbook.xml" in names or {"mimetype", "content.xml"} <= {*names} or has(".iwa", names):
        return save_as_csv()
    if has(".zip", names):
        return _(
            "That's a zip archive with another one inside. Unpack it and upload what's inside."
        )
    return ""


def has(ending: str, names: Collection[str]) -> bool:
    return any(name.lower().endswith(ending) for name in names)


def explain_json() -> str:
    return _(
        "That's a JSON file, but not one from Pixels. Upload the zip archive you downloaded "
        "here, or a CSV file from Daylio. From other apps, export a CSV file and give it the "
        "columns that Daylio uses."
    )


def way_to_table() -> str:
    return _("In Daylio, choose More › Export entries › CSV and upload that file.")


def save_as_csv() -> str:
    return _("That's a spreadsheet. Save it as CSV and upload that file.")
