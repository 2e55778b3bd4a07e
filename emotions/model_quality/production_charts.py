"""Charts of the production metrics, for the administration."""

from collections.abc import Callable, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emotions.insights.charts import Cell, Chart
from emotions.model_quality.production_metrics import ProductionAgreement, Report, Week
from emotions.models import Feeling


def production_charts(report: Report) -> list[Chart]:
    """Return the charts of a report in the order of the page."""
    weeks = report.weeks
    return [
        weekly_chart(
            weeks,
            name="captures",
            title=_("Photos a day"),
            caption=_("The mean over each finished week with at least ten people."),
            lines={_("Photos a day"): lambda week: week.captures},
        ),
        weekly_chart(
            weeks,
            name="faces",
            title=_("Without a face, and unsure"),
            caption=_(
                "As a percentage: photos in which it didn't find the person's face, and faces "
                "it was unsure of."
            ),
            lines={
                _("Without a face"): lambda week: week.without_face.percent,
                _("Unsure"): lambda week: week.unsure.percent if week.unsure else None,
            },
        ),
        weekly_chart(
            weeks,
            name="drift",
            title=_("Drift"),
            caption=_(
                "How far a week's emotions are from those of all earlier weeks (Jensen-Shannon "
                "distance: 0 is identical, 1 is nothing in common), and the value it stays "
                "below 95% of the time when nothing has changed."
            ),
            lines={
                _("Distance"): lambda week: week.drift,
                _("Below by chance"): lambda week: week.by_chance,
            },
        ),
        weekly_chart(
            weeks,
            name="latency",
            title=_("Milliseconds a face"),
            caption=_("How long the network takes. Half of the faces, and 95%, take less."),
            lines={
                _("Half"): lambda week: week.latency.median if week.latency else None,
                _("95 of 100"): lambda week: week.latency.slow if week.latency else None,
            },
        ),
        *(agreement_chart(one, number) for number, one in enumerate(report.agreement)),
    ]


def weekly_chart(
    weeks: Sequence[Week],
    *,
    name: str,
    title: str,
    caption: str,
    lines: dict[str, Callable[[Week], float | None]],
) -> Chart:
    """Return a chart with one line for each figure of a week."""
    labels = [date_format(week.monday, "j M") for week in weeks]
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
            "lines": [{"label": label, "values": line} for label, line in values.items()],
        },
    )


def agreement_chart(agreement: ProductionAgreement, number: int) -> Chart:
    """Return a chart of how often people felt what a version detected, by emotion."""
    shares = {str(feeling.label): share for feeling, share in agreement.by_emotion.items()}
    if agreement.overall:
        shares[_("All")] = agreement.overall
    rows: list[list[Cell]] = [
        [label, share.percent, *share.percent_interval] for label, share in shares.items()
    ]
    some_left_out = len(agreement.by_emotion) < len(Feeling)
    return Chart(
        name=f"agreement-{number}",
        kind="shares",
        title=_("Felt what %(name)s said") % {"name": agreement.version},
        caption=_(
            "As a percentage of the faces it read as an emotion and whose owners said what "
            "they felt, with 95% intervals. Emotions with too few people are left out."
        )
        if some_left_out
        else _(
            "As a percentage of the faces it read as an emotion and whose owners said what "
            "they felt, with 95% intervals."
        ),
        columns=[_("Looked"), _("Felt it"), _("From"), _("To")],
        rows=rows,
        data={
            "labels": list(shares),
            "label": _("Felt it"),
            "values": [share.percent for share in shares.values()],
            "intervals": [share.percent_interval for share in shares.values()],
        },
    )
