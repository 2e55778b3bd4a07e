"""What charts show, in sentences computed from their data, which claim nothing of too little."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emotions.captures.moods import sentiment_of
from emotions.captures.wording import in_sentence
from emotions.insights.patterns import MIN_MOMENTS, TagEffect
from emotions.insights.trends import Period
from emotions.insights.wording import MIN_CHANGE, MIN_ENTRIES, format_valence, sentiment_label
from emotions.models import Feeling

MIN_WEEKDAYS = 2
MAX_NAMED = 3
"""The emotions or tags that a caption names."""


def moods_caption(counts: Counter[Feeling], *, first: date, last: date) -> str:
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
    words = _(
        "Most often %(feeling)s: %(times)d of %(entries)d moments from %(first)s to %(last)s."
    )
    return words % (values | {"feeling": in_sentence(feeling), "times": times})


def sentiment_caption(whole: Period) -> str:
    """Say how pleasant a span was on average, and what the scale is."""
    scale = _("From −1, unpleasant, to 1, pleasant. A gap is a time without moments.")
    if whole.computed_from < MIN_ENTRIES or whole.valence is None:
        return scale
    average = _("%(valence)s on average, which counts as %(sentiment)s.") % {
        "valence": format_valence(whole.valence),
        "sentiment": sentiment_label(sentiment_of(whole.valence)),
    }
    return f"{average} {scale}"


def distribution_caption(counts: Counter[Feeling]) -> str:
    """Name the most frequent emotions with their shares."""
    total = counts.total()
    based_on = ngettext(
        "Based on %(count)d moment with an emotion.",
        "Based on %(count)d moments with an emotion.",
        total,
    ) % {"count": total}
    if total < MIN_ENTRIES:
        return based_on
    shares = ", ".join(
        _("%(feeling)s %(percent)d%%")
        % {"feeling": in_sentence(feeling), "percent": round(100 * times / total)}
        for feeling, times in counts.most_common(MAX_NAMED)
    )
    return f"{capfirst(shares)}. {based_on}"


def felt_caption(felt: Counter[Feeling], looked: Counter[Feeling]) -> str:
    """Say of which emotion feelings and faces differ most, over photos that have both."""
    total = felt.total()
    if total < MIN_ENTRIES:
        words = ngettext(
            "Needs %(enough)d photos you've answered; there is %(count)d so far.",
            "Needs %(enough)d photos you've answered; there are %(count)d so far.",
            total,
        )
        return words % {"enough": MIN_ENTRIES, "count": total}
    feeling = max(Feeling, key=lambda one: abs(felt[one] - looked[one]))
    if felt[feeling] == looked[feeling]:
        words = _("In %(total)d photos you've answered, you felt each as often as it showed.")
    else:
        words = _(
            "%(feeling)s: felt in %(felt)d of %(total)d photos you've answered, seen in %(looked)d."
        )
    return words % {
        "feeling": feeling.label,
        "felt": felt[feeling],
        "looked": looked[feeling],
        "total": total,
    }


def weekdays_caption(means: Mapping[int, float]) -> str:
    """Name the most and the least pleasant weekday, of those with enough moments."""
    if len(means) < MIN_WEEKDAYS:
        return _("No two weekdays have %(enough)d moments yet.") % {"enough": MIN_ENTRIES}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    if means[best] - means[worst] <= MIN_CHANGE:
        return _("No weekday stands out.")
    return _("Most pleasant: %(best)s (%(high)s on average). Least: %(worst)s (%(low)s).") % {
        "best": WEEKDAYS[best],
        "high": format_valence(means[best]),
        "worst": WEEKDAYS[worst],
        "low": format_valence(means[worst]),
    }


def tags_caption(effects: Sequence[TagEffect]) -> str:
    """Name the tags that go with better and worse moods, and say how that is known."""
    better, worse = (
        [effect.tag for effect in effects if effect.direction == direction][:MAX_NAMED]
        for direction in (1, -1)
    )
    sentences = []
    if better:
        sentences.append(_("Better with %(tags)s.") % {"tags": ", ".join(better)})
    if worse:
        sentences.append(_("Worse with %(tags)s.") % {"tags": ", ".join(worse)})
    sentences.append(
        _(
            "How your mood differs when you use a tag. The line shows the uncertainty. This is "
            "what goes together, not what causes what. Needs at least %(enough)d moments."
        )
        % {"enough": MIN_MOMENTS}
    )
    return " ".join(sentences)


def too_few_for_charts(moments: int) -> str:
    """Say how many moments charts need and, if there are any, how many there are."""
    words = _("Trends begin with %(enough)d moments.")
    if moments:
        words = _("Trends begin with %(enough)d moments. You have %(count)d so far.")
    return words % {"enough": MIN_ENTRIES, "count": moments}


def too_few_in_span(moments: int) -> str:
    """Say that a span has too few moments for charts."""
    words = ngettext(
        "%(count)d moment in these days. Charts need %(enough)d: choose a longer time.",
        "%(count)d moments in these days. Charts need %(enough)d: choose a longer time.",
        moments,
    )
    return words % {"enough": MIN_ENTRIES, "count": moments}
