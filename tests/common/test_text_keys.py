"""Words and texts are compared by keys that know more letters than those of English."""

import unicodedata

import pytest

from common.text_keys import search_key, word_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("work", "WORK"),
        ("ärger", "ÄRGER"),
        ("Büro", unicodedata.normalize("NFD", "büro")),
        ("Straße", "STRASSE"),
        ("iş", "İş"),
        ("iş", "İŞ"),
        ("ψυχή", "ΨΥΧΉ"),
        ("чай", "ЧАЙ"),
    ],
)
def test_capitals_and_composition_make_no_other_word(one: str, other: str) -> None:
    assert word_key(one) == word_key(other)


@pytest.mark.parametrize(("one", "other"), [("kız", "kiz"), ("Büro", "Buro"), ("été", "ete")])
def test_accents_and_the_dotless_i_do(one: str, other: str) -> None:
    assert word_key(one) != word_key(other)


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ("ärger", "Viel Ärger im Amt"),
        ("buro", "Im Büro"),
        ("BÜRO", "im " + unicodedata.normalize("NFD", "büro")),
        ("strasse", "Auf der Straße"),
        ("kiz", "KIZ, kız"),
        ("istanbul", "İstanbul"),
        ("ışık", "IŞIK"),
        ("smorrebrod", "Smørrebrød"),
        ("лед", "Лёд"),
        ("가", "가을"),
        ("100%", "Zu 100% sicher"),
    ],
)
def test_a_search_finds_whatever_the_capitals_and_accents(words: str, note: str) -> None:
    assert search_key(words) in search_key(note)


def test_syllables_are_not_found_by_their_parts() -> None:
    assert search_key("가") not in search_key("각")
