"""Keys by which text is compared, computed in Python so that every database agrees on them.

Case is folded as Unicode defines it, for all languages alike, with one exception: the dot that
folding leaves above the i of a capital İ is dropped, so that İ and i match. The dotless ı is a
letter of its own in tags and counts as i in searches.
"""

import re
import unicodedata

ACCENTS = re.compile("[\u0300-\u036f]")
UNACCENTED = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not decompose, and what people type instead of them."""


def word_key(text: str) -> str:
    """Return a key that is equal for two spellings that differ only in case or composition."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", folded.replace("i\u0307", "i"))


def search_key(text: str) -> str:
    """Return a text without case and accents, to search for other texts' keys in."""
    decomposed = unicodedata.normalize("NFKD", word_key(text)).casefold()
    plain = ACCENTS.sub("", decomposed).translate(UNACCENTED)
    return unicodedata.normalize("NFC", plain)
