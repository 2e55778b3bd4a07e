"""Keys by which texts are compared, made in Python so that they are the same on every database.

Capitals are folded as Unicode says, for all languages alike. Of languages' own rules only one is
needed, because folding would tell İ from i: the dot of a capital İ falls away. The dotless ı is a
letter of its own in tags and counts as i in searches.
"""

import re
import unicodedata

ACCENTS = re.compile("[\u0300-\u036f]")
UNACCENTED = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not decompose, and those that stand for them on other keyboards."""


def same_word_key(text: str) -> str:
    """Return what two spellings of a word have in common that differ in capitals alone.

    Letters that are composed and those that are put together are the same.
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", folded.replace("i\u0307", "i"))


def search_key(text: str) -> str:
    """Return a text without capitals and accents, in which others that are folded are found."""
    decomposed = unicodedata.normalize("NFKD", same_word_key(text)).casefold()
    plain = ACCENTS.sub("", decomposed).translate(UNACCENTED)
    return unicodedata.normalize("NFC", plain)
