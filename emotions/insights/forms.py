"""The forms of the history and of trends."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.widgets import DateInput
from emotions.captures import selectors
from emotions.insights.calendars import last_of_month
from emotions.insights.trends import Span
from emotions.models import Capture, Feeling
from emotions.models.limits import validate_day

DEFAULT_SPAN = timedelta(days=29)
MAX_SPANS = {
    Span.DAY: timedelta(days=366),
    Span.WEEK: timedelta(days=7 * 366),
    Span.MONTH: timedelta(days=20 * 366),
}
"""The longest span by length of a period, so that charts stay legible."""


class HistoryFilter(forms.Form):
    """Which captures of the history to show."""

    feeling = forms.ChoiceField(
        label=_("Emotion"), required=False, choices=[("", _("All")), *Feeling.choices]
    )
    first = forms.DateField(
        label=_("From"), required=False, widget=DateInput, validators=[validate_day]
    )
    last = forms.DateField(
        label=_("To"), required=False, widget=DateInput, validators=[validate_day]
    )
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    source = forms.ChoiceField(
        label=_("Taken by"), required=False, choices=[("", _("Any way")), *Capture.Source.choices]
    )
    words = forms.CharField(label=_("Words in notes"), required=False, max_length=200)

    def __init__(self, data: Any, *, owner: User) -> None:
        super().__init__(data)
        tags = [tag.name for tag in selectors.recent_tags(owner=owner)]
        chosen = data.get("tag", "")
        if chosen and chosen not in tags and selectors.has_tag(owner=owner, name=chosen):
            tags = [chosen, *tags]
        choices = [("", _("Any")), *((tag, tag) for tag in tags)]
        self.fields["tag"] = forms.ChoiceField(label=_("Tag"), required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", _("Choose a day that isn't before the first one."))
        return values

    def selection(self) -> dict[str, Any]:
        """Return the valid filters that are set, as `selectors.history` takes them."""
        if not self.is_valid():
            return {}
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "source" in chosen:
            chosen["source"] = Capture.Source(chosen["source"])
        return chosen

    def in_words(self) -> list[str]:
        """Return the valid filters that are set, each with its label."""
        return [
            f"{self.fields[name].label}: {self.value_in_words(name, value)}"
            for name, value in self.selection().items()
        ]

    def value_in_words(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return date_format(value, "DATE_FORMAT")
        choices = getattr(self.fields[name], "choices", [])
        return str(dict(choices).get(value, value))


class MonthForm(forms.Form):
    """The month that a page shows."""

    month = forms.DateField(
        label=_("Month"),
        required=False,
        input_formats=["%Y-%m"],
        error_messages={"invalid": _("Choose a month such as 2026-03.")},
    )

    def __init__(self, data: Any, *, today: date) -> None:
        self.today = today
        super().__init__(data)

    def clean_month(self) -> date | None:
        """Return the first day of the month, which has begun and is not too long ago."""
        month: date | None = self.cleaned_data["month"]
        if month and month > self.today:
            raise forms.ValidationError(_("That month is in the future."))
        if month:
            validate_day(last_of_month(month))
        return month

    def chosen(self) -> date | None:
        """Return the first day of the month; None if none was chosen, or none that can be."""
        return self.cleaned_data.get("month") if self.is_valid() else None


class TrendsForm(forms.Form):
    """The span of days that charts show, and the length of a period."""

    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[
            (Span.DAY.value, _("day")),
            (Span.WEEK.value, _("week")),
            (Span.MONTH.value, _("month")),
        ],
    )
    first = forms.DateField(
        label=_("From"), required=False, widget=DateInput, validators=[validate_day]
    )
    last = forms.DateField(
        label=_("To"), required=False, widget=DateInput, validators=[validate_day]
    )
    read_by = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date, versions: Sequence[str] = ()) -> None:
        """Bind the form.

        Args:
            today: the current date in the person's time zone.
            versions: names of the versions that rescored kept photos.
        """
        self.today = today
        super().__init__(data)
        self.fields["read_by"].choices = [(name, name) for name in versions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Fill in defaults; refuse spans that end before they begin or are too long to draw."""
        values: dict[str, Any] = super().clean() or {}
        last = values.get("last") or self.today
        first = values.get("first") or last - DEFAULT_SPAN
        by = Span(values.get("by") or Span.DAY)
        longest = MAX_SPANS[by]
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
        """Return the length of a period, the first and the last day; the defaults if invalid."""
        if not self.is_valid():
            return Span.DAY, self.today - DEFAULT_SPAN, self.today
        values = self.cleaned_data
        return values["by"], values["first"], values["last"]

    def read_by_version(self) -> str:
        """Return the name of the version whose detections count; empty for the original answers."""
        return str(self.cleaned_data["read_by"]) if self.is_valid() else ""
