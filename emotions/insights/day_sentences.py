"""What a day was like in a sentence that claims no more than its moments say."""

from itertools import groupby

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from emotions.captures.days import MIN_COMPARED, MIN_SPAN, Day, Threads, majority
from emotions.captures.moods import (
    NEGATIVE_BELOW,
    POSITIVE_ABOVE,
    Mood,
    Sentiment,
    answer_of,
)
from emotions.captures.wording import in_sentence, name_looks, rating
from emotions.insights.wording import MIN_CHANGE, format_valence
from emotions.models import Capture, Feeling
from ml.emotions import VALENCES, Emotion

MIN_PAIRS = 5
"""The moments with both that it takes to tell what was felt from what faces looked like."""


def day_sentence(day: Day, *, is_today: bool) -> str:
    """Say what a day was like: up to four moments one after the other, more as a whole."""
    if day.mood is None:
        if day.count:
            return _("Moments without a mood.")
        return _("Nothing noted yet today.") if is_today else _("Nothing noted on this day.")
    if len(day.few) == 1:
        return moment_sentence(day.few[0])
    if day.few:
        return sequence_sentence(day.few)
    return whole_sentence(day, day.mood)


def moment_sentence(capture: Capture) -> str:
    """Say what one moment was like."""
    answer = answer_of(capture)
    looks = name_looks(answer) if answer else ""
    if not capture.felt:
        if looks:
            return _("Your face looked %(looks)s.") % {"looks": looks}
        return _("One moment, rated “%(rating)s”.") % {"rating": rating(capture)}
    felt = Feeling(capture.felt)
    words = {"felt": in_sentence(felt), "looks": looks}
    if answer is None:
        return _("You felt %(felt)s.") % words
    if felt in answer.answer_set:
        if answer.unsure:
            return _("You felt %(felt)s.") % words
        return _("You felt %(felt)s, and it showed.") % words
    return _("You felt %(felt)s, though your face looked %(looks)s.") % words


def sequence_sentence(captures: list[Capture]) -> str:
    """Say what a few moments were like, one after the other."""
    told = [told_of(capture) for capture in captures]
    sequence = [words for words, _group in groupby(told)]
    felt_each = all(capture.felt for capture in captures)
    looked_each = all(not capture.felt and answer_of(capture) for capture in captures)
    if len(sequence) == 1:
        if felt_each:
            words = _("You felt %(felt)s each time.")
        elif looked_each:
            words = _("Your face looked %(looks)s each time.")
        else:
            words = _("%(told)s each time.")
    elif felt_each:
        words = _("You felt %(felt)s.")
    elif looked_each:
        words = _("Your face looked %(looks)s.")
    else:
        words = "%(told)s."
    joined = sequence[0]
    for later in sequence[1:]:
        joined = _("%(earlier)s, then %(later)s") % {"earlier": joined, "later": later}
    return capfirst(words % {"felt": joined, "looks": joined, "told": joined})


def told_of(capture: Capture) -> str:
    """Return what was felt, else what the face looked like, else the rating, as in a sentence."""
    if capture.felt:
        return in_sentence(Feeling(capture.felt))
    answer = answer_of(capture)
    return name_looks(answer) if answer else rating(capture).lower()


def whole_sentence(day: Day, mood: Mood) -> str:
    """Say what a day of many moments was like, and where it went if it changed."""
    words = day_words(day.threads, mood)
    if day.change is None or abs(day.change.difference) <= MIN_CHANGE:
        return f"{words}."
    change = {
        (True, True): _("brighter since noon"),
        (True, False): _("brighter towards the end"),
        (False, True): _("heavier since noon"),
        (False, False): _("heavier towards the end"),
    }[day.change.difference > 0, day.change.at_noon]
    return _("%(day)s, %(change)s.") % {"day": words, "change": change}


def day_words(threads: Threads, mood: Mood) -> str:
    """Name a day by the emotion of more than half of its moments that have one."""
    if not threads.told:
        return {
            Sentiment.POSITIVE: _("A good day"),
            Sentiment.NEUTRAL: _("A so-so day"),
            Sentiment.NEGATIVE: _("A low day"),
        }[mood.sentiment]
    most = majority(threads.told)
    if most is None:
        return _("A mixed day")
    return _("A mostly %(feeling)s day") % {"feeling": in_sentence(most)}


def parting_sentence(threads: Threads) -> str:
    """Say where what was felt and what faces looked like part; empty below `MIN_PAIRS`."""
    felt, looked = majority(threads.felt), majority(threads.looked)
    if threads.pairs < MIN_PAIRS or felt is None or looked is None or felt == looked:
        return ""
    return _("You mostly felt %(felt)s, while your face mostly looked %(looks)s.") % {
        "felt": in_sentence(felt),
        "looks": in_sentence(looked),
    }


def explain_mood(mood: Mood) -> str:
    """Explain in plain words how a day's mood, sentiment and sentence are computed."""
    return _(
        "The average of the moments of this day that say something about a mood (%(captures)d); "
        "each counts the same. Within a moment, your rating counts first, from very unpleasant "
        "(−1) to very pleasant (+1), then what you said you felt, then what your face looked like."
        " Emotions count as angry %(angry)s, disgusted %(disgust)s, afraid %(fear)s, sad %(sad)s, "
        "neutral and surprised 0, happy %(happy)s. The average is %(valence)s: above %(positive)s "
        "is called positive, below %(negative)s negative, otherwise neutral. “Mostly” means more "
        "than half of the moments that have an emotion. From %(compared)d moments over at least "
        "%(hours)d hours on, a day is called brighter or heavier if its later moments average "
        "%(change)s more or less than its earlier ones."
    ) % {
        "captures": mood.captures,
        **{str(emotion): format_valence(VALENCES[emotion]) for emotion in Emotion},
        "valence": format_valence(mood.valence),
        "positive": format_valence(POSITIVE_ABOVE),
        "negative": format_valence(NEGATIVE_BELOW),
        "compared": MIN_COMPARED,
        "hours": MIN_SPAN.seconds // 3600,
        "change": number_format(MIN_CHANGE),
    }
