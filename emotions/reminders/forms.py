"""The form of a reminder."""

from datetime import time
from typing import Self

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.widgets import TimeInput
from emotions.models import Reminder
from emotions.reminders.services import ReminderChanges


class ReminderForm(forms.Form):
    """When and how to be asked."""

    at = forms.TimeField(label=_("At"), widget=TimeInput, initial=time(20))
    days = forms.TypedMultipleChoiceField(
        label=_("On"),
        choices=Reminder.Day.choices,
        coerce=int,
        initial=Reminder.Day.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    way = forms.TypedChoiceField(
        label=_("How"),
        choices=[(way.value, capfirst(way.label)) for way in Reminder.Way],
        coerce=Reminder.Way,
        initial=Reminder.Way.EMAIL,
        widget=forms.RadioSelect,
    )
    paused = forms.BooleanField(label=_("Paused"), required=False)

    @classmethod
    def of(cls, reminder: Reminder) -> Self:
        """Return the form filled with what a reminder says."""
        days = list(reminder.days)
        return cls(
            initial={
                "at": reminder.at,
                "days": days,
                "way": reminder.way,
                "paused": reminder.paused,
            }
        )

    def changes(self) -> ReminderChanges:
        values = self.cleaned_data
        return ReminderChanges(
            at=values["at"], days=values["days"], way=values["way"], paused=values["paused"]
        )
