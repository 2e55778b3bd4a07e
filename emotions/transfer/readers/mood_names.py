"""What moods are called, and how good each of them is, from 1 to 5."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

MAX_MOOD_NAME = 200
NAMES: Mapping[str, tuple[str, str, str, str, str]] = {
    # From 5 to 1; synonyms are separated by commas.
    "en": ("rad", "good", "meh, ok, okay", "bad", "awful"),
    "de": (
        "super, spitze, großartig",
        "gut",
        "ok, okay, naja, so lala, mittelmäßig",
        "schlecht",
        "lausig, mies, furchtbar, schrecklich",
    ),
    "es": (
        "súper, genial, increíble, fantástico, excelente",
        "bien, bueno",
        "normal, regular, más o menos, así así",
        "mal, malo",
        "horrible, fatal, terrible, pésimo",
    ),
    "fr": (
        "super, génial, excellent, fantastique",
        "bien, bon",
        "bof, mouais, moyen, comme ci comme ça",
        "mauvais, mal, pas bien",
        "horrible, affreux, terrible, nul",
    ),
    "pt": (
        "incrível, ótimo, radiante, excelente, fantástico",
        "bem, bom",
        "mais ou menos, razoável, normal",
        "mau, ruim, mal",
        "horrível, péssimo, terrível",
    ),
    "it": (
        "fantastico, super, ottimo, benissimo, eccellente",
        "bene, buono",
        "così così, insomma, normale",
        "male, cattivo",
        "terribile, orribile, pessimo, malissimo",
    ),
    "nl": (
        "super, geweldig, fantastisch, top",
        "goed",
        "matig, gaat wel, oké, neutraal, mwah",
        "slecht",
        "vreselijk, verschrikkelijk, afschuwelijk",
    ),
    "pl": (
        "super, świetnie, wspaniale, rewelacyjnie",
        "dobrze, dobry",
        "tak sobie, średnio, może być",
        "źle, zły",
        "okropnie, fatalnie, strasznie, okropny",
    ),
    "ru": (
        "супер, отлично, прекрасно, великолепно",
        "хорошо",
        "нормально, так себе, средне",
        "плохо",
        "ужасно, отвратительно, кошмар",
    ),
    "tr": (
        "süper, harika, mükemmel, muhteşem",
        "iyi",
        "eh, idare eder, şöyle böyle, fena değil",
        "kötü",
        "berbat, korkunç, çok kötü",
    ),
    "ja": (
        "最高, すごく良い, とても良い",
        "良い, いい, よい, 良好",
        "普通, まあまあ, ふつう",
        "悪い, いまいち",
        "最悪, ひどい, とても悪い",
    ),
    "zh": (
        "超棒, 很棒, 太棒了, 超讚, 很讚, 非常好",
        "好, 不错, 不錯, 开心, 開心",
        "一般, 还行, 還行, 普通, 一般般, 還好, 还好",
        "差, 不好, 糟, 不开心, 不開心",
        "糟糕, 很糟, 超烂, 極差, 极差, 糟透了, 很差",
    ),
}


def fold(name: str) -> str:
    """Return a name without capitals and accents."""
    decomposed = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(filter(lambda sign: not unicodedata.combining(sign), decomposed))


BY_LANGUAGE: dict[str, dict[str, int]] = {
    language: {
        fold(name): 5 - place for place, names in enumerate(levels) for name in names.split(",")
    }
    for language, levels in NAMES.items()
}
KNOWN: Mapping[str, int] = {
    name: value for names in reversed(BY_LANGUAGE.values()) for name, value in names.items()
}


class MoodValues:
    """The values of moods: those that the person gave, and those of the names in `NAMES`."""

    def __init__(self, own: Mapping[str, int | None]) -> None:
        self.own = {key_of(name): value for name, value in own.items()}

    def get(self, name: str) -> int | None:
        """Return the value of a mood; None where nobody has said it, or wants it left out."""
        return self.own.get(key_of(name), KNOWN.get(fold(name)))


def key_of(name: str) -> str:
    """Return what names of one's own are compared by."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def guess_language(names: Iterable[str]) -> str:
    """Return the language in which most of these moods have their names; empty if in none."""
    folded = [fold(name) for name in names]
    hits = {
        language: sum(name in known for name in folded) for language, known in BY_LANGUAGE.items()
    }
    best = max(hits, key=lambda language: hits[language])
    return best if hits[best] else ""


def parse_mood_values(text: str) -> dict[str, int]:
    """Parse the values of moods that a person named, such as `great 5, so so 3`.

    A name may have commas: it ends at the number.

    Raises:
        ValueError: a part is not a name and a number from 1 to 5.
    """
    values = {}
    rest = text.strip().strip(",").strip()
    while rest:
        part = re.match(r"(.*?\S)\s+([1-5])\s*(?:[,;\n]\s*|$)", rest, re.DOTALL)
        if not part:
            raise ValueError(rest)
        values[part[1]] = int(part[2])
        rest = rest[part.end() :]
    return values
