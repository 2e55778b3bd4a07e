"""What lists show of a note, with the words that were searched for marked."""

import re
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import NamedTuple

from common.text_keys import search_key

MAX_LENGTH = 160
"""Characters of a note that a list shows."""
BEFORE_MATCH = 40
"""Characters shown before the first match in a longer note."""
ELLIPSIS = "…"


class Part(NamedTuple):
    """A piece of an excerpt."""

    text: str
    matched: bool


def excerpt(note: str, *, words: str = "") -> list[Part]:
    """Return a note in one line, cut to `MAX_LENGTH` characters around its first match.

    Args:
        words: what was searched for. Whatever its capitals and accents, it is found as the search
            found it.
    """
    line = " ".join(note.split())
    matches = find_matches(line, " ".join(words.split()))
    start = 0
    if matches and matches[0].stop > MAX_LENGTH:
        start = max(0, min(matches[0].start - BEFORE_MATCH, len(line) - MAX_LENGTH))
    stop = min(len(line), start + MAX_LENGTH)
    edges = [start, *(edge for match in matches for edge in (match.start, match.stop)), stop]
    edges = [min(max(edge, start), stop) for edge in edges]
    pieces = enumerate(line[first:last] for first, last in pairwise(edges))
    parts = [Part(piece, bool(number % 2)) for number, piece in pieces if piece]
    if start:
        parts.insert(0, Part(ELLIPSIS, matched=False))
    if stop < len(line):
        parts.append(Part(ELLIPSIS, matched=False))
    return parts


def find_matches(text: str, words: str) -> list[slice]:
    """Return where some words stand in a text, in order and without overlaps."""
    wanted = search_key(words)
    if not wanted:
        return []
    keys = [search_key(character) for character in text]
    starts = [0, *accumulate(map(len, keys))]
    found = re.finditer(re.escape(wanted), "".join(keys))
    return [slice(*(character_at(starts, edge) for edge in match.span())) for match in found]


def character_at(starts: list[int], position: int) -> int:
    """Return the character whose key begins at or last before a position of the joined keys."""
    return bisect_right(starts, position) - 1
