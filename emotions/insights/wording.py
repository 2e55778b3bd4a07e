"""Sentences about days, weeks and charts."""

from collections import Counter
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emotions.captures.days import MIN_COMPARED
from emotions.captures.moods import Mood, Sentiment
from emotions.captures.wording import in_sentence
from emotions.insights.baseline import Baseline
from emotions.insights.patterns import Pixel, TagEffect
from emotions.insights.trends import Period, Span
from emotions.models import Feeling

MIN_CHANGE = 0.3
"""The difference of two valences that is worth a word."""
MIN_ENTRIES = 10
"""The captures that it takes to call an emotion the most frequent, or to compare two spans."""
MIN_STREAK = 3


def sentiment_label(sentiment: Sentiment) -> str:
    return {
        Sentiment.POSITIVE: _("positive"),
        Sentiment.NEUTRAL: _("neutral"),
        Sentiment.NEGATIVE: _("negative"),
    }[sentiment]


def chart_caption(counts: Counter[Feeling], *, first: date, last: date) -> str:
    """Say in one sentence what a chart of moods over time shows."""
    values = {
        "entries": counts.total(),
        "first": date_format(first, "MONTH_DAY_FORMAT"),
        "last": date_format(last, "MONTH_DAY_FORMAT"),
    }
    if counts.total() < MIN_ENTRIES:
        words = ngettext(
            "%(entries)d moment from %(first)s to %(last)s.",
            "%(entries)d moments from %(first)s to %(last)s.",
            counts.total(),
        )
        return words % values
    feeling, times = counts.most_common(1)[0]
    words = _("Mostly %(feeling)s: %(times)d of %(entries)d moments from %(first)s to %(last)s.")
    return words % (values | {"feeling": in_sentence(feeling), "times": times})


def tag_effect_label(effect: TagEffect) -> str:
    """Say whether a tag goes with better or worse moods."""
    if effect.difference is None:
        return _("too few to tell")
    return {1: _("goes with better moods"), 0: _("no clear difference")}.get(
        effect.direction, _("goes with worse moods")
    )


def format_valence(valence: float) -> str:
    """Return a localised valence with its sign."""
    sign = "−" if valence < 0 else "+"
    return f"{sign}{number_format(abs(valence), decimal_pos=2)}"


def compare_with_baseline(mood: Mood | None, baseline: Baseline) -> str:
    """Compare a day with the weeks before it; empty if either has too few captures."""
    if mood is None or mood.captures < MIN_COMPARED:
        return ""
    if baseline.valence is None or baseline.captures < MIN_ENTRIES:
        return ""
    difference = mood.valence - baseline.valence
    if difference > MIN_CHANGE:
        return _("Brighter than your last four weeks.")
    if difference < -MIN_CHANGE:
        return _("Heavier than your last four weeks.")
    return _("Much like your last four weeks.")


def day_summary(pixel: Pixel) -> str:
    """Return the number of moments of a day and their dominant emotion."""
    words = ngettext("%(moments)d moment", "%(moments)d moments", pixel.moments)
    moments = words % {"moments": pixel.moments}
    if pixel.dominant is None:
        return moments
    feeling = in_sentence(pixel.dominant)
    return _("%(moments)s, mostly %(feeling)s") % {"moments": moments, "feeling": feeling}


def review_summary(whole: Period, *, days: int) -> str:
    """Return the number of moments of a week or month and their most frequent emotion."""
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
    counted = words % values
    if whole.feelings.total() < MIN_ENTRIES:
        return counted
    feeling, _times = whole.feelings.most_common(1)[0]
    mostly = _("Mostly %(feeling)s.") % {"feeling": in_sentence(feeling)}
    return f"{counted} {mostly}"


def compare_with_previous(span: Span, whole: Period, before: Period) -> str:
    """Compare a week or month with the one before; empty below `MIN_ENTRIES` captures in either."""
    if min(whole.computed_from, before.computed_from) < MIN_ENTRIES:
        return ""
    difference = (whole.valence or 0) - (before.valence or 0)
    direction = int(difference > MIN_CHANGE) - int(difference < -MIN_CHANGE)
    words = {
        (Span.WEEK, 1): _("Brighter than the week before."),
        (Span.WEEK, 0): _("Much like the week before."),
        (Span.WEEK, -1): _("Heavier than the week before."),
        (Span.MONTH, 1): _("Brighter than the month before."),
        (Span.MONTH, 0): _("Much like the month before."),
        (Span.MONTH, -1): _("Heavier than the month before."),
    }
    return words[span, direction]


def review_title(span: Span, whole: Period) -> str:
    if span is Span.MONTH:
        return date_format(whole.first, "YEAR_MONTH_FORMAT")
    return _("%(first)s to %(last)s") % {
        "first": date_format(whole.first, "MONTH_DAY_FORMAT"),
        "last": date_format(whole.last, "DATE_FORMAT"),
    }


def streak_sentence(days: int) -> str:
    """Say how long a streak is, without asking for more; empty below `MIN_STREAK` days."""
    if days < MIN_STREAK:
        return ""
    return _("%(days)d days in a row with a moment.") % {"days": days}
