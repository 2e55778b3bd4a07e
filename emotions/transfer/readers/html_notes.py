"""Notes with the formatting that diary apps write as HTML, as plain text."""

import html
import re

TAG = re.compile(
    r"<(?P<end>/?)(?P<name>b|i|u|s|strong|em|br|p|div|ul|ol|li|span|strike|del|font|h[1-6]|"
    r"blockquote|a)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
LINES = re.compile(r"p|div|ul|ol|li|h[1-6]|blockquote", re.IGNORECASE)


def to_plain_text(note: str) -> str:
    """Return a note with line breaks and list marks in place of tags, and without entities.

    Only tags that format text count as such, so that `<3` stays.
    """
    if "<" not in note and "&" not in note:
        return note
    text = ""
    lists: list[int | None] = []  # the last number of each list around; None where it has dots
    position = 0
    for tag in TAG.finditer(note):
        text += unescape(note[position : tag.start()])
        position = tag.end()
        name, ends = tag["name"].lower(), bool(tag["end"])
        if name == "br" or (LINES.fullmatch(name) and text and not text.endswith("\n")):
            text += "\n"
        if name in ("ul", "ol") and not ends:
            lists.append(0 if name == "ol" else None)
        elif name in ("ul", "ol") and lists:
            lists.pop()
        elif name == "li" and not ends:
            text += next_mark(lists)
    return (text + unescape(note[position:])).strip()


def next_mark(lists: list[int | None]) -> str:
    """Return what stands before the next item of the innermost list."""
    number = lists[-1] if lists else None
    if number is None:
        return "• "
    lists[-1] = number + 1
    return f"{number + 1}. "


def unescape(text: str) -> str:
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), text).replace("\xa0", " ")
