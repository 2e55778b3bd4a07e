"""Sentences about days, weeks and charts."""

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emotions.captures.days import MIN_COMPARED
from emotions.captures.moods import Mood, Sentiment
from emotions.captures.wording import in_sentence
from emotions.insights.baseline import Baseline
from emotions.insights.calendars import CalendarDay
from emotions.insights.patterns import TagEffect
from emotions.insights.trends import Period, Span

MIN_CHANGE = 0.3
"""The difference of two valences that is worth a word."""
MIN_ENTRIES = 10
"""The captures that it takes to call an emotion the most frequent, or to compare two spans."""
MIN_STREAK = 3
VALENCE_DECIMALS = 2


def sentiment_label(sentiment: Sentiment) -> str:
    return {
        Sentiment.POSITIVE: _("positive"),
        Sentiment.NEUTRAL: _("neutral"),
        Sentiment.NEGATIVE: _("negative"),
    }[sentiment]


def tag_effect_label(effect: TagEffect) -> str:
    """Say whether a tag goes with better or worse moods."""
    if effect.difference is None:
        return _("too few to tell")
    return {1: _("goes with better moods"), 0: _("no clear difference")}.get(
        effect.direction, _("goes with worse moods")
    )


def format_valence(valence: float) -> str:
    """Return a localised valence with its sign, rounded; Django would cut its decimals off."""
    rounded = round(valence, VALENCE_DECIMALS)
    sign = "−" if rounded < 0 else "+"
    return f"{sign}{number_format(abs(rounded), decimal_pos=VALENCE_DECIMALS)}"


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


def count_moments(moments: int) -> str:
    words = ngettext("%(moments)d moment", "%(moments)d moments", moments)
    return words % {"moments": moments}


def count_found(count: int, *, total: int) -> str:
    """Return how many moments were found, and of how many if that is not all."""
    if count == total:
        return count_moments(total)
    words = ngettext("%(found)d of %(total)d moment", "%(found)d of %(total)d moments", total)
    return words % {"found": count, "total": total}


def day_in_words(day: CalendarDay) -> str:
    """Say what a day was like in few words: the emotions of few moments, or that of the most."""
    moments = count_moments(day.moments)
    if not day.told:
        return moments
    if day.moments == 1:
        return capfirst(told_words(day))
    return _("%(moments)s: %(told)s") % {"moments": moments, "told": told_words(day)}


def told_words(day: CalendarDay) -> str:
    """Return what a day with an emotion was like, as it stands inside a sentence."""
    if day.is_unsure:
        return _("perhaps %(feeling)s") % {"feeling": in_sentence(day.likeliest)}
    if day.moments < MIN_COMPARED:
        return ", ".join(in_sentence(one) if one else _("unsure") for one in day.by_frequency)
    if day.most is None:
        return _("mixed")
    return _("mostly %(feeling)s") % {"feeling": in_sentence(day.most)}


def moments_on_days(moments: int, *, days: int, of_days: int) -> str:
    """Return the number of moments of a span, and on how many of its days they are."""
    words = ngettext(
        "%(moments)d moment on %(days)d of %(all)d days.",
        "%(moments)d moments on %(days)d of %(all)d days.",
        moments,
    )
    return words % {"moments": moments, "days": days, "all": of_days}


def review_summary(whole: Period, *, days: int) -> str:
    """Return the number of moments of a week or month and their most frequent emotion."""
    of_days = (whole.last - whole.first).days + 1
    counted = moments_on_days(whole.captures, days=days, of_days=of_days)
    if whole.feelings.total() < MIN_ENTRIES:
        return counted
    feeling, _times = whole.feelings.most_common(1)[0]
    most = _("Most often %(feeling)s.") % {"feeling": in_sentence(feeling)}
    return f"{counted} {most}"


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
