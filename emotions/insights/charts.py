"""Charts of a person's moods: each is a table first, and a drawing of that table second."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emotions.insights import captions, trends, wording
from emotions.insights.calendars import CalendarDay
from emotions.insights.patterns import Pixel, TagEffect
from emotions.insights.trends import Period, Span
from emotions.models import Feeling

Cell = str | int | float | None

MOVING_AVERAGE_WIDTHS = {Span.DAY: 7, Span.WEEK: 4, Span.MONTH: 3}
"""The number of periods in the moving average."""
HOURS = range(24)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its table.

    Attributes:
        name: identifies it in URLs and file names.
        kind: the function of `static/js/charts/kinds.js` that draws it.
        caption: one sentence about what it shows.
        columns: the headers of its table.
        rows: the cells of its table. The first cell of a row is its header; None is a gap.
        data: what the drawing needs, serialised as JSON.
        is_drawn: whether there is enough to draw; the table says what there is all the same.
    """

    name: str
    kind: str
    title: str
    caption: str
    columns: list[str]
    rows: list[list[Cell]]
    data: dict[str, Any] = field(default_factory=dict)
    is_drawn: bool = True

    @property
    def element(self) -> str:
        """The id of the HTML element that holds the data."""
        return f"chart-{self.name}"


def of_latest(chart: Chart, moments: int) -> Chart:
    """Return a chart that says that only the latest moments of its span were counted."""
    said = _("Only the latest %(count)s moments count here.") % {
        "count": number_format(moments, force_grouping=True)
    }
    return replace(chart, caption=f"{chart.caption} {said}")


def round_valence(valence: float | None) -> float | None:
    return None if valence is None else round(valence, 2)


def period_label(by: Span, period: Period) -> str:
    """Return the label of a period on an axis."""
    if by is Span.MONTH:
        return date_format(period.first, "SHORT_MONTH_FORMAT")
    return date_format(period.first, "SHORT_DAY_FORMAT")


def feelings_over_time(periods: Sequence[Period], *, by: Span) -> Chart:
    """Return a chart of the number of moments by emotion in each period."""
    labels = [period_label(by, period) for period in periods]
    return Chart(
        name="moods",
        kind="stacked",
        title=_("Moods over time"),
        caption=captions.moods_caption(
            sum((period.feelings for period in periods), Counter()),
            first=periods[0].first,
            last=periods[-1].last,
        ),
        columns=[span_label(by), *(str(feeling.label) for feeling in Feeling)],
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


def span_label(by: Span) -> str:
    """Return the header of a column of periods."""
    return {Span.DAY: _("Day"), Span.WEEK: _("Week from"), Span.MONTH: _("Month")}[by]


def moving_average(periods: Sequence[Period], width: int) -> list[float | None]:
    """Return the mean valence over the moments of each period and the `width - 1` before it.

    The average of a period without moments is None: it does not fill gaps.
    """
    averages: list[float | None] = []
    for index, period in enumerate(periods):
        window = periods[max(0, index - width + 1) : index + 1]
        moments = sum(each.computed_from for each in window)
        total = sum(each.total for each in window)
        averages.append(total / moments if period.computed_from else None)
    return averages


def sentiment_over_time(
    periods: Sequence[Period], *, by: Span, changes: Sequence[tuple[date, str]]
) -> Chart:
    """Return a chart of the mean valence of each period and its moving average.

    Args:
        changes: the days on which another model version began to answer, with its name.
    """
    labels = [period_label(by, period) for period in periods]
    width = MOVING_AVERAGE_WIDTHS[by]
    averages = moving_average(periods, width)
    average = {
        Span.DAY: _("7-day average"),
        Span.WEEK: _("4-week average"),
        Span.MONTH: _("3-month average"),
    }[by]
    marks = [
        (index, name)
        for on, name in changes
        for index, period in enumerate(periods)
        if period.first <= on <= period.last
    ]
    new_version = dict(marks)
    return Chart(
        name="sentiment",
        kind="line",
        title=_("Sentiment"),
        caption=captions.sentiment_caption(trends.merge(periods))
        + "".join(
            " "
            + _("Since %(day)s, another network reads your photos: %(name)s.")
            % {"day": date_format(on, "DATE_FORMAT"), "name": name}
            for on, name in changes
        ),
        columns=[span_label(by), _("Sentiment"), average, _("Moments"), _("New network")],
        rows=[
            [
                label,
                round_valence(period.valence),
                round_valence(mean),
                period.captures,
                new_version.get(index),
            ]
            for index, (label, period, mean) in enumerate(
                zip(labels, periods, averages, strict=True)
            )
            if period.captures
        ],
        data={
            "labels": labels,
            "lines": [
                {
                    "label": _("Sentiment"),
                    "values": [round_valence(period.valence) for period in periods],
                },
                {"label": average, "values": [round_valence(mean) for mean in averages]},
            ],
            "marks": [{"at": index, "label": name} for index, name in marks],
        },
    )


def distribution(counts: Counter[Feeling]) -> Chart:
    """Return a chart of the number of moments with each of the seven emotions."""
    total = counts.total()
    percents = [round(100 * counts[feeling] / total) if total else 0 for feeling in Feeling]
    return Chart(
        name="distribution",
        kind="bars",
        title=_("How often"),
        caption=captions.distribution_caption(counts),
        is_drawn=bool(total),
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


def felt_beside_detected(felt: Counter[Feeling], detected: Counter[Feeling]) -> Chart:
    """Return a chart of what was felt beside what was detected, over moments that have both."""
    return Chart(
        name="felt",
        kind="pairs",
        title=_("Looked and felt"),
        caption=captions.felt_caption(felt, detected),
        is_drawn=felt.total() >= wording.MIN_ENTRIES,
        columns=[_("Emotion"), _("Felt"), _("Detected")],
        rows=[[str(one.label), felt[one], detected[one]] for one in Feeling],
        data={
            "labels": [str(feeling.label) for feeling in Feeling],
            "emotions": [feeling.value for feeling in Feeling],
            "bars": [
                {"label": _("Felt"), "values": [felt[one] for one in Feeling]},
                {"label": _("Detected"), "values": [detected[one] for one in Feeling]},
            ],
        },
    )


def hours_of_week(
    pixels: Mapping[tuple[int, int], Pixel], weekday_means: Mapping[int, float]
) -> Chart:
    """Return a chart of the mean valence of each hour of the week, by (weekday, hour).

    Args:
        weekday_means: the mean valence of the weekdays with enough moments; Monday is 0.
    """
    weekdays = [str(WEEKDAYS_ABBR[day]) for day in range(7)]
    cells = [
        {"x": hour, "y": weekday, "value": round_valence(pixel.valence), "moments": pixel.moments}
        for (weekday, hour), pixel in sorted(pixels.items())
    ]
    return Chart(
        name="hours",
        kind="hours",
        title=_("Weekday and hour"),
        caption=captions.weekdays_caption(weekday_means)
        + " "
        + _(
            "Stronger is more pleasant; striped is unpleasant. In local time. Hours with few "
            "moments say little."
        ),
        columns=[_("Hour"), *weekdays],
        rows=[[f"{hour:02d}:00", *hour_cells(pixels, hour)] for hour in hours_with_moments(pixels)],
        data={"columns": [f"{hour:02d}" for hour in HOURS], "rows": weekdays, "cells": cells},
    )


def hours_with_moments(pixels: Mapping[tuple[int, int], Pixel]) -> list[int]:
    """Return the hours of the day that have a moment on any weekday."""
    return sorted({hour for _weekday, hour in pixels})


def hour_cells(pixels: Mapping[tuple[int, int], Pixel], hour: int) -> Iterator[Cell]:
    """Yield the valence of an hour on each weekday, with the number of moments in brackets."""
    for weekday in range(7):
        pixel = pixels.get((weekday, hour))
        if pixel is None:
            yield None
        else:
            valence = "–" if pixel.valence is None else wording.format_valence(pixel.valence)
            yield f"{valence} ({pixel.moments})"


def effects_of_tags(effects: Sequence[TagEffect]) -> Chart:
    """Return a chart of the difference that goes with each tag, with its confidence interval."""
    known = [effect for effect in effects if effect.difference is not None and effect.interval]
    return Chart(
        name="tags",
        kind="effects",
        title=_("Your tags"),
        caption=captions.tags_caption(effects),
        is_drawn=bool(known),
        columns=[_("Tag"), _("Moments"), _("Difference"), _("From"), _("To"), _("In words")],
        rows=[
            [
                effect.tag,
                effect.moments,
                round_valence(effect.difference),
                *(map(round_valence, effect.interval) if effect.interval else (None, None)),
                wording.tag_effect_label(effect),
            ]
            for effect in effects
        ],
        data={
            "labels": [effect.tag for effect in known],
            "differences": [round_valence(effect.difference) for effect in known],
            "intervals": [effect.interval for effect in known],
            "label": _("Difference"),
        },
    )


def year_of_days(days: Mapping[date, CalendarDay], *, year: int) -> Chart:
    """Return the table of a year, whose page draws it as a grid."""
    with_face = sum(bool(day.faces) for day in days.values())
    return Chart(
        name="year",
        kind="grid",
        title=_("%(year)d, day by day") % {"year": year},
        caption=ngettext(
            "%(count)d day with a mood, with the face of what came up most that day.",
            "%(count)d days with a mood, each with the face of what came up most that day.",
            with_face,
        )
        % {"count": with_face},
        columns=[_("Day"), _("Emotion"), _("Sentiment"), _("Moments")],
        rows=[
            [
                date_format(on, "SHORT_DAY_FORMAT"),
                str(day.faces[0].label) if day.faces else None,
                round_valence(day.valence),
                day.moments,
            ]
            for on, day in days.items()
        ],
    )
