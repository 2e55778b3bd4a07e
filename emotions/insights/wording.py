"""How days, weeks and charts are put into words."""

from collections import Counter
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emotions.captures.moods import Mood, Sentiment, mood_of_captures
from emotions.captures.selectors import Day
from emotions.captures.wording import in_sentence
from emotions.insights.baseline import Usual
from emotions.insights.patterns import Pixel, TagEffect
from emotions.insights.trends import Period, Span
from emotions.models import Feeling

CHANGE_WORTH_TELLING = 0.3  # of valence
CAPTURES_FOR_A_TURN = 4
ENTRIES_FOR_A_CLAIM = 10
DAYS_WORTH_TELLING = 3


def sentiment_label(sentiment: Sentiment) -> str:
    """Return the name of a sentiment."""
    return {
        Sentiment.POSITIVE: _("positive"),
        Sentiment.NEUTRAL: _("neutral"),
        Sentiment.NEGATIVE: _("negative"),
    }[sentiment]


def sentence_of_day(day: Day, *, is_today: bool) -> str:
    """Sum a day up in one calm sentence."""
    if day.mood is None:
        return _("Nothing about your mood yet today.") if is_today else _("A day without a mood.")
    if day.mood.dominant is None:
        return _("A %(sentiment)s day.") % {"sentiment": sentiment_label(day.mood.sentiment)}
    return sentence_for(day, day.mood) % {"feeling": in_sentence(day.mood.dominant)}


def sentence_for(day: Day, mood: Mood) -> str:
    """Return the sentence about a day, with a gap for its dominant feeling."""
    if mood.captures == 1:
        return _("One moment, and it looks %(feeling)s.")
    turn = turn_of_day(day)
    if turn > CHANGE_WORTH_TELLING:
        return _("A mostly %(feeling)s day, brighter towards the end.")
    if turn < -CHANGE_WORTH_TELLING:
        return _("A mostly %(feeling)s day, heavier towards the end.")
    return _("A mostly %(feeling)s day.")


def turn_of_day(day: Day) -> float:
    """Return how much the valence of the later half of a day exceeds that of the earlier half."""
    if len(day.captures) < CAPTURES_FOR_A_TURN:
        return 0.0
    middle = len(day.captures) // 2
    halves = mood_of_captures(day.captures[:middle]), mood_of_captures(day.captures[middle:])
    earlier, later = halves
    return later.valence - earlier.valence if earlier and later else 0.0


def how_computed(mood: Mood) -> str:
    """Explain in plain words where a day's mood and sentiment come from."""
    return _(
        "The mean of this day’s moments (%(captures)d). Each counts the same. What you said you "
        "felt goes before what your face looked like. The sentiment weighs the seven emotions from "
        "unpleasant (angry, disgusted and sad −0.8, afraid −0.6) over neutral and surprised (0) to "
        "happy (+1): together that gives %(valence)s. Above 0.2 it is called positive, below −0.2 "
        "negative, else neutral."
    ) % {"captures": mood.captures, "valence": signed(mood.valence)}


def caption_of_chart(counts: Counter[Feeling], *, first: date, last: date) -> str:
    """Say in one sentence what a chart of moods over time shows; nothing below ten entries."""
    values = {
        "entries": counts.total(),
        "first": date_format(first, "MONTH_DAY_FORMAT"),
        "last": date_format(last, "MONTH_DAY_FORMAT"),
    }
    if counts.total() < ENTRIES_FOR_A_CLAIM:
        words = ngettext(
            "%(entries)d moment from %(first)s to %(last)s.",
            "%(entries)d moments from %(first)s to %(last)s.",
            counts.total(),
        )
        return words % values
    feeling, times = counts.most_common(1)[0]
    words = _("Mostly %(feeling)s: %(times)d of %(entries)d moments from %(first)s to %(last)s.")
    return words % (values | {"feeling": in_sentence(feeling), "times": times})


def effect_of_tag(effect: TagEffect) -> str:
    """Say whether a tag goes with better or worse moods, as far as anybody can tell."""
    if effect.difference is None:
        return _("too few to tell")
    return {1: _("goes with better moods"), 0: _("no clear difference")}.get(
        effect.direction, _("goes with worse moods")
    )


def signed(valence: float) -> str:
    """Return a valence with its sign, as people write it."""
    sign = "−" if valence < 0 else "+"
    return f"{sign}{number_format(abs(valence), decimal_pos=2)}"


def beside_usual(mood: Mood | None, usual: Usual) -> str:
    """Say how a day stands beside the weeks before; nothing below ten entries."""
    if mood is None or usual.valence is None or usual.captures < ENTRIES_FOR_A_CLAIM:
        return ""
    difference = mood.valence - usual.valence
    if difference > CHANGE_WORTH_TELLING:
        return _("Brighter than your last four weeks.")
    if difference < -CHANGE_WORTH_TELLING:
        return _("Heavier than your last four weeks.")
    return _("Much like your last four weeks.")


def sum_of_day(pixel: Pixel) -> str:
    """Say how many moments a day has and what they mostly show."""
    words = ngettext("%(moments)d moment", "%(moments)d moments", pixel.moments)
    told = words % {"moments": pixel.moments}
    if pixel.dominant is None:
        return told
    feeling = in_sentence(pixel.dominant)
    return _("%(moments)s, mostly %(feeling)s") % {"moments": told, "feeling": feeling}


def sum_of_review(whole: Period, *, days: int) -> str:
    """Say how many moments some days have and what they mostly show."""
    values = {
        "moments": whole.captures,
        "days": days,
        "all": (whole.last - whole.first).days + 1,
    }
    words = ngettext(
        "%(moments)d moment on %(days)d of %(all)d days.",
        "%(moments)d moments on %(days)d of %(all)d days.",
        whole.captures,
    )
    told = words % values
    if whole.feelings.total() < ENTRIES_FOR_A_CLAIM:
        return told
    feeling, _times = whole.feelings.most_common(1)[0]
    mostly = _("Mostly %(feeling)s.") % {"feeling": in_sentence(feeling)}
    return f"{told} {mostly}"


def beside_the_one_before(span: Span, whole: Period, before: Period) -> str:
    """Say how a week or month stands beside the one before; nothing below ten entries each."""
    if min(whole.computed_from, before.computed_from) < ENTRIES_FOR_A_CLAIM:
        return ""
    difference = (whole.valence or 0) - (before.valence or 0)
    turn = int(difference > CHANGE_WORTH_TELLING) - int(difference < -CHANGE_WORTH_TELLING)
    words = {
        (Span.WEEK, 1): _("Brighter than the week before."),
        (Span.WEEK, 0): _("Much like the week before."),
        (Span.WEEK, -1): _("Heavier than the week before."),
        (Span.MONTH, 1): _("Brighter than the month before."),
        (Span.MONTH, 0): _("Much like the month before."),
        (Span.MONTH, -1): _("Heavier than the month before."),
    }
    return words[span, turn]


def title_of_review(span: Span, whole: Period) -> str:
    """Name a week or a month."""
    if span is Span.MONTH:
        return date_format(whole.first, "YEAR_MONTH_FORMAT")
    return _("%(first)s to %(last)s") % {
        "first": date_format(whole.first, "MONTH_DAY_FORMAT"),
        "last": date_format(whole.last, "DATE_FORMAT"),
    }


def days_in_a_row(days: int) -> str:
    """Say since when a person has come back each day, without asking for more."""
    if days < DAYS_WORTH_TELLING:
        return ""
    return _("%(days)d days in a row with a moment.") % {"days": days}
