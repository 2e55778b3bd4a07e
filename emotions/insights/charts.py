"""Charts of a person's moods: each one is a table first, and a drawing of that table second."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emotions.insights import wording
from emotions.insights.patterns import ENOUGH, Pixel, TagEffect
from emotions.insights.trends import Period, Span
from emotions.models import Feeling

Cell = str | int | float | None

AVERAGED = {Span.DAY: 7, Span.WEEK: 4, Span.MONTH: 3}
"""How many periods the moving average takes together."""
HOURS = range(24)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a page shows it.

    Attributes:
        name: in addresses and files.
        kind: how `static/js/charts/kinds.js` draws it.
        caption: what it shows, in one sentence.
        columns: the heads of its table.
        rows: the cells of its table; the first one of a row is its head, None is a gap.
        data: what the drawing needs.
    """

    name: str
    kind: str
    title: str
    caption: str
    columns: list[str]
    rows: list[list[Cell]]
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def element(self) -> str:
        """The id of the element that holds the data."""
        return f"chart-{self.name}"


def rounded(valence: float | None) -> float | None:
    """Return a valence as charts and tables tell it."""
    return None if valence is None else round(valence, 2)


def label_of(by: Span, period: Period) -> str:
    """Return the name of a period on an axis."""
    if by is Span.MONTH:
        return date_format(period.first, "SHORT_MONTH_FORMAT")
    return date_format(period.first, "SHORT_DAY_FORMAT")


def feelings_over_time(periods: Sequence[Period], *, by: Span) -> Chart:
    """Return how many moments of each emotion each period has; nothing is drawn where none are."""
    labels = [label_of(by, period) for period in periods]
    return Chart(
        name="moods",
        kind="stacked",
        title=_("Moods over time"),
        caption=wording.caption_of_chart(
            sum((period.feelings for period in periods), Counter()),
            first=periods[0].first,
            last=periods[-1].last,
        ),
        columns=[name_of(by), *(str(feeling.label) for feeling in Feeling)],
        rows=[
            [label, *(period.feelings[feeling] for feeling in Feeling)]
            for label, period in zip(labels, periods, strict=True)
            if period.feelings.total()
        ],
        data={
            "labels": labels,
            "series": [
                {
                    "emotion": feeling.value,
                    "label": str(feeling.label),
                    "counts": [period.feelings[feeling] for period in periods],
                }
                for feeling in Feeling
            ],
        },
    )


def name_of(by: Span) -> str:
    """Return what one period is called."""
    return {Span.DAY: _("Day"), Span.WEEK: _("Week from"), Span.MONTH: _("Month")}[by]


def moving_average(periods: Sequence[Period], width: int) -> list[float | None]:
    """Return the mean over the moments of each period and those before it, `width` in all.

    There is none where the period itself has no moment: an average does not fill gaps.
    """
    averages: list[float | None] = []
    for place, period in enumerate(periods):
        window = periods[max(0, place - width + 1) : place + 1]
        moments = sum(one.computed_from for one in window)
        total = sum(one.total for one in window)
        averages.append(total / moments if period.computed_from else None)
    return averages


def sentiment_over_time(
    periods: Sequence[Period], *, by: Span, changes: Sequence[tuple[date, str]]
) -> Chart:
    """Return the mean valence of each period, its moving average, and where the network changed."""
    labels = [label_of(by, period) for period in periods]
    width = AVERAGED[by]
    averages = moving_average(periods, width)
    average = {
        Span.DAY: _("Mean of 7 days"),
        Span.WEEK: _("Mean of 4 weeks"),
        Span.MONTH: _("Mean of 3 months"),
    }[by]
    marks = [
        (place, name)
        for on, name in changes
        for place, period in enumerate(periods)
        if period.first <= on <= period.last
    ]
    new = dict(marks)
    return Chart(
        name="sentiment",
        kind="line",
        title=_("Sentiment"),
        caption=_("From −1, unpleasant, to 1, pleasant. A gap is a time without moments.")
        + "".join(
            " "
            + _("Since %(day)s another network answers: %(name)s.")
            % {"day": date_format(on, "DATE_FORMAT"), "name": name}
            for on, name in changes
        ),
        columns=[name_of(by), _("Sentiment"), average, _("Moments"), _("New network")],
        rows=[
            [label, rounded(period.valence), rounded(mean), period.captures, new.get(place)]
            for place, (label, period, mean) in enumerate(
                zip(labels, periods, averages, strict=True)
            )
            if period.captures
        ],
        data={
            "labels": labels,
            "lines": [
                {
                    "label": _("Sentiment"),
                    "values": [rounded(period.valence) for period in periods],
                },
                {"label": average, "values": [rounded(mean) for mean in averages]},
            ],
            "marks": [{"at": place, "label": name} for place, name in marks],
        },
    )


def distribution(counts: Counter[Feeling]) -> Chart:
    """Return how the moments divide over the seven emotions."""
    total = counts.total()
    percents = [round(100 * counts[feeling] / total) if total else 0 for feeling in Feeling]
    return Chart(
        name="distribution",
        kind="bars",
        title=_("How often each"),
        caption=ngettext(
            "Of %(count)d moment with an emotion.", "Of %(count)d moments with an emotion.", total
        )
        % {"count": total},
        columns=[_("Emotion"), _("Moments"), _("Percent")],
        rows=[
            [str(feeling.label), counts[feeling], percent]
            for feeling, percent in zip(Feeling, percents, strict=True)
        ],
        data={
            "labels": [str(feeling.label) for feeling in Feeling],
            "emotions": [feeling.value for feeling in Feeling],
            "bars": [{"label": _("Moments"), "values": [counts[one] for one in Feeling]}],
        },
    )


def felt_beside_detected(felt: Counter[Feeling], looked: Counter[Feeling]) -> Chart:
    """Return what was felt beside what was detected, over moments of which both are known."""
    return Chart(
        name="felt",
        kind="pairs",
        title=_("Felt beside detected"),
        caption=ngettext(
            "Of %(count)d moment with a face of which you said what you felt.",
            "Of %(count)d moments with a face of which you said what you felt.",
            felt.total(),
        )
        % {"count": felt.total()},
        columns=[_("Emotion"), _("Felt"), _("Detected")],
        rows=[[str(one.label), felt[one], looked[one]] for one in Feeling],
        data={
            "labels": [str(feeling.label) for feeling in Feeling],
            "emotions": [feeling.value for feeling in Feeling],
            "bars": [
                {"label": _("Felt"), "values": [felt[one] for one in Feeling]},
                {"label": _("Detected"), "values": [looked[one] for one in Feeling]},
            ],
        },
    )


def hours_of_week(found: Mapping[tuple[int, int], Pixel]) -> Chart:
    """Return the mean valence of each hour of the week that has a moment."""
    weekdays = [str(WEEKDAYS_ABBR[day]) for day in range(7)]
    cells = [
        {"x": hour, "y": weekday, "value": rounded(pixel.valence), "moments": pixel.moments}
        for (weekday, hour), pixel in sorted(found.items())
    ]
    return Chart(
        name="hours",
        kind="hours",
        title=_("Weekday and hour"),
        caption=_(
            "The stronger, the more pleasant; striped is unpleasant. By the clock where you were. "
            "Hours with few moments say little."
        ),
        columns=[_("Hour"), *weekdays],
        rows=[[f"{hour:02d}:00", *cells_of_hour(found, hour)] for hour in hours_with(found)],
        data={"columns": [f"{hour:02d}" for hour in HOURS], "rows": weekdays, "cells": cells},
    )


def hours_with(found: Mapping[tuple[int, int], Pixel]) -> list[int]:
    """Return the hours of the day that have a moment on any weekday."""
    return sorted({hour for _weekday, hour in found})


def cells_of_hour(found: Mapping[tuple[int, int], Pixel], hour: int) -> Iterator[Cell]:
    """Yield the sentiment of an hour on each weekday with, in brackets, of how many moments."""
    for weekday in range(7):
        pixel = found.get((weekday, hour))
        if pixel is None:
            yield None
        else:
            valence = "–" if pixel.valence is None else wording.signed(pixel.valence)
            yield f"{valence} ({pixel.moments})"


def effects_of_tags(effects: Sequence[TagEffect]) -> Chart:
    """Return which tags go with better or worse moods, with an interval, most used first."""
    told = [effect for effect in effects if effect.difference is not None and effect.interval]
    return Chart(
        name="tags",
        kind="effects",
        title=_("Your tags"),
        caption=_(
            "How much more pleasant moments with a tag are than the others, and between what that "
            "lies in 95 of 100 draws of your days. It says what goes together, not what causes "
            "what. Below %(enough)d moments nothing is said."
        )
        % {"enough": ENOUGH},
        columns=[_("Tag"), _("Moments"), _("Difference"), _("From"), _("To"), _("In words")],
        rows=[
            [
                effect.tag,
                effect.moments,
                rounded(effect.difference),
                *(map(rounded, effect.interval) if effect.interval else (None, None)),
                wording.effect_of_tag(effect),
            ]
            for effect in effects
        ],
        data={
            "labels": [effect.tag for effect in told],
            "differences": [rounded(effect.difference) for effect in told],
            "intervals": [effect.interval for effect in told],
            "label": _("Difference"),
        },
    )


def year_in_pixels(days: Mapping[date, Pixel], *, year: int) -> Chart:
    """Return a square a day of a year, in the colour of the emotion that had the most weight."""
    months = [date_format(date(year, month, 1), "M") for month in range(1, 13)]
    cells = [
        {
            "x": on.day - 1,
            "y": on.month - 1,
            "emotion": pixel.dominant.value,
            "label": str(pixel.dominant.label),
        }
        for on, pixel in days.items()
        if pixel.dominant
    ]
    return Chart(
        name="year",
        kind="pixels",
        title=_("%(year)d in pixels") % {"year": year},
        caption=ngettext(
            "%(count)d day with a mood, each in the colour of its strongest emotion.",
            "%(count)d days with a mood, each in the colour of its strongest emotion.",
            len(cells),
        )
        % {"count": len(cells)},
        columns=[_("Day"), _("Emotion"), _("Sentiment"), _("Moments")],
        rows=[
            [
                date_format(on, "SHORT_DAY_FORMAT"),
                str(pixel.dominant.label) if pixel.dominant else None,
                rounded(pixel.valence),
                pixel.moments,
            ]
            for on, pixel in days.items()
        ],
        data={
            "columns": [str(day) for day in range(1, 32)],
            "rows": months,
            "cells": cells,
        },
    )
