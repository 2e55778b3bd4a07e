"""The form that chooses what charts show."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.widgets import DateInput
from emotions.insights.trends import Span

USUAL_SPAN = timedelta(days=29)
LONGEST_SPANS = {
    Span.DAY: timedelta(days=366),
    Span.WEEK: timedelta(days=7 * 366),
    Span.MONTH: timedelta(days=20 * 366),
}
"""What can be drawn so that it can be read."""


class TrendsForm(forms.Form):
    """Which days charts show, and how they are cut."""

    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[
            (Span.DAY.value, _("day")),
            (Span.WEEK.value, _("week")),
            (Span.MONTH.value, _("month")),
        ],
    )
    first = forms.DateField(label=_("From"), required=False, widget=DateInput)
    last = forms.DateField(label=_("To"), required=False, widget=DateInput)
    read_by = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date, versions: Sequence[str] = ()) -> None:
        """Take in what was asked for.

        Args:
            today: the day that it is for the person.
            versions: names of those that read kept photos again.
        """
        self.today = today
        super().__init__(data)
        self.fields["read_by"].choices = [(name, name) for name in versions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse spans that end before they begin or have too many portions to draw."""
        values: dict[str, Any] = super().clean() or {}
        last = values.get("last") or self.today
        first = values.get("first") or max(date.min + USUAL_SPAN, last) - USUAL_SPAN
        by = Span(values.get("by") or Span.DAY)
        longest = LONGEST_SPANS[by]
        if "first" in values and not timedelta(0) <= last - first < longest:
            self.add_error(
                "first",
                forms.ValidationError(
                    _("Choose from 1 to %(days)d days up to the last one."),
                    params={"days": longest.days},
                ),
            )
        return {**values, "by": by, "first": first, "last": last}

    def span(self) -> tuple[Span, date, date]:
        """Return how to cut, the first and the last day; the usual ones where they are wrong."""
        if not self.is_valid():
            return Span.DAY, self.today - USUAL_SPAN, self.today
        values = self.cleaned_data
        return values["by"], values["first"], values["last"]

    def read_by_version(self) -> str:
        """Return the name of the version whose reading counts; nothing for what was answered."""
        return str(self.cleaned_data["read_by"]) if self.is_valid() else ""
