"""Words and notes of other apps, as far as they fit into a moment."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from common.text_keys import word_key
from emotions.models.limits import MAX_NOTE_LENGTH, MAX_TAG_LENGTH, MAX_TAGS


def fitting_tags(words: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Return words as tags, each once, and as a line of the note those that do not fit as tags."""
    filled = [stripped for word in words if (stripped := word.strip())]
    filled = list({word_key(word): word for word in reversed(filled)}.values())[::-1]
    tags = [word for word in filled if len(word) <= MAX_TAG_LENGTH][:MAX_TAGS]
    return tuple(tags), ", ".join(word for word in filled if word not in tags)


def shortened(note: str) -> str:
    return note if not remark_on(note) else note[: MAX_NOTE_LENGTH - 1].rstrip() + "…"


def remark_on(note: str) -> str:
    """Return what has to be said about a note that is too long; else nothing."""
    if len(note) <= MAX_NOTE_LENGTH:
        return ""
    return _("The note has %(length)d characters. It's cut off after %(most)d.") % {
        "length": len(note),
        "most": MAX_NOTE_LENGTH - 1,
    }
