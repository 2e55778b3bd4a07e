"""Charts of how the network does, for those who run the site."""

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emotions.insights.charts import Cell, Chart
from emotions.model_quality.production_metrics import Agreement, Report, Week
from emotions.models import Feeling


def charts_of(report: Report) -> list[Chart]:
    """Return every chart of the page."""
    weeks = report.weeks
    return [
        over_weeks(
            weeks,
            name="captures",
            title=_("Photos a day"),
            caption=_("The mean over each finished week with at least ten people."),
            lines={_("Photos a day"): lambda week: week.captures},
        ),
        over_weeks(
            weeks,
            name="faces",
            title=_("Without a face, and unsure"),
            caption=_(
                "In per cent: photos without a face of their person; faces it was unsure of."
            ),
            lines={
                _("Without a face"): lambda week: week.without_face.percent,
                _("Unsure"): lambda week: week.unsure.percent if week.unsure else None,
            },
        ),
        over_weeks(
            weeks,
            name="drift",
            title=_("Drift"),
            caption=_(
                "How far the emotions of a week are from those of all weeks before it "
                "(Jensen-Shannon distance, 0 the same, 1 nothing in common), and what it stays "
                "below 95 times of 100 where nothing changed."
            ),
            lines={
                _("Distance"): lambda week: week.drift,
                _("By chance below"): lambda week: week.by_chance,
            },
        ),
        over_weeks(
            weeks,
            name="latency",
            title=_("Milliseconds a face"),
            caption=_("How long the network takes: half of the faces, and 95 of 100, are faster."),
            lines={
                _("Half"): lambda week: week.latency.median if week.latency else None,
                _("95 of 100"): lambda week: week.latency.slow if week.latency else None,
            },
        ),
        *(agreement(one, place) for place, one in enumerate(report.agreement)),
    ]


def over_weeks(
    weeks: Sequence[Week],
    *,
    name: str,
    title: str,
    caption: str,
    lines: dict[str, Callable[[Week], float | None]],
) -> Chart:
    """Return a chart with a line a figure."""
    labels = [week_name(week.monday) for week in weeks]
    values = {label: [figure(week) for week in weeks] for label, figure in lines.items()}
    return Chart(
        name=name,
        kind="figures",
        title=title,
        caption=caption,
        columns=[_("Week from"), *values],
        rows=[[label, *row] for label, *row in zip(labels, *values.values(), strict=True)],
        data={
            "labels": labels,
            "lines": [{"label": label, "values": found} for label, found in values.items()],
        },
    )


def week_name(monday: date) -> str:
    """Return the name of a week on an axis."""
    return date_format(monday, "j M")


def agreement(found: Agreement, place: int) -> Chart:
    """Return how often people felt what a version said, emotion by emotion."""
    shares = {str(feeling.label): share for feeling, share in found.each.items()}
    if found.whole:
        shares[_("All")] = found.whole
    rows: list[list[Cell]] = [
        [label, share.percent, *share.percents] for label, share in shares.items()
    ]
    hidden = len(Feeling) - len(found.each)
    return Chart(
        name=f"agreement-{place}",
        kind="shares",
        title=_("Felt as %(name)s said") % {"name": found.version},
        caption=_(
            "In per cent of the faces that it took for an emotion and of which people said what "
            "they felt, with the interval of 95 %. What too few people spoke of is left out."
        )
        if hidden
        else _(
            "In per cent of the faces that it took for an emotion and of which people said what "
            "they felt, with the interval of 95 %."
        ),
        columns=[_("Looked"), _("Felt so"), _("From"), _("To")],
        rows=rows,
        data={
            "labels": list(shares),
            "label": _("Felt so"),
            "values": [share.percent for share in shares.values()],
            "intervals": [share.percents for share in shares.values()],
        },
    )
