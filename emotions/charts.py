"""The geometry of charts that the server draws as SVG."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from emotions.models import Feeling

HEIGHT = 120.0
STEP = 24.0
BAR = 16.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One feeling's share of a day's column, in units of the chart."""

    emotion: Feeling
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the chart."""

    date: date
    x: float
    total: int
    segments: list[Segment]
    counts: list[int]


@dataclass(frozen=True, slots=True)
class MoodChart:
    """Moods over time as stacked columns, a day each; a day without captures is a gap."""

    width: float
    height: float
    columns: list[Column]
    total: int


def mood_chart(counts: Mapping[date, Counter[Feeling]]) -> MoodChart:
    """Lay out columns for `counts`, whose days are in order; the fullest day is the full height."""
    fullest = max((day.total() for day in counts.values()), default=0) or 1
    columns = []
    for number, (on, day) in enumerate(counts.items()):
        left, top, segments = number * STEP + (STEP - BAR) / 2, HEIGHT, []
        for feeling in Feeling:
            if count := day[feeling]:
                height = count / fullest * HEIGHT
                top -= height
                segments.append(Segment(feeling, count, left, round(top, 2), BAR, round(height, 2)))
        columns.append(
            Column(on, number * STEP + STEP / 2, day.total(), segments, [day[f] for f in Feeling])
        )
    total = sum(column.total for column in columns)
    return MoodChart(width=len(columns) * STEP, height=HEIGHT, columns=columns, total=total)
