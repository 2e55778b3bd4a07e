"""Lists show a line of a note, with what was searched for marked as the search found it."""

import pytest

from emotions.captures.excerpts import BEFORE_MATCH, MAX_LENGTH, excerpt


def marked(note: str, words: str) -> str:
    return "".join(
        f"[{part.text}]" if part.matched else part.text for part in excerpt(note, words=words)
    )


@pytest.mark.parametrize(
    ("note", "words", "shown"),
    [
        ("By the River.", "river", "By the [River]."),
        ("ÉLAN vital, élan", "elan", "[ÉLAN] vital, [élan]"),
        ("Am Fluß", "fluss", "Am [Fluß]"),
        ("İstanbul", "istanbul", "[İstanbul]"),
        ("e\u0301te\u0301", "ete", "[e\u0301te\u0301]"),
        ("Two\n\nlines", "two lines", "[Two lines]"),
        ("a+b", "+", "a[+]b"),
        ("Nothing", "river", "Nothing"),
        ("Nothing", "", "Nothing"),
        ("", "river", ""),
    ],
)
def test_matches_are_marked_whatever_their_capitals_and_accents(
    note: str, words: str, shown: str
) -> None:
    assert marked(note, words) == shown


def test_a_long_note_is_cut_around_its_first_match() -> None:
    note = "a" * 300 + " river " + "b" * 300
    shown = marked(note, "river")
    assert shown.startswith("…" + "a" * (BEFORE_MATCH - 1) + " [river]")
    assert shown.endswith("b…")
    assert len(shown) == MAX_LENGTH + len("…[]…")


def test_a_match_near_the_end_fills_the_line_with_what_is_before() -> None:
    shown = marked("a" * 300 + "river", "river")
    assert shown == "…" + "a" * (MAX_LENGTH - 5) + "[river]"


def test_a_long_note_without_a_match_begins_at_its_beginning() -> None:
    assert marked("x" * 500, "") == "x" * MAX_LENGTH + "…"
