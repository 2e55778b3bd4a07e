"""The forms that import a history."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.time_zones import KNOWN_ZONES
from emotions.captures.wording import MOODS
from emotions.models import Import
from emotions.models.limits import MAX_TAG_LENGTH
from emotions.transfer.choosing import Choices
from emotions.transfer.readers import DateOrder

ZONES = [(name, name.replace("_", " ")) for name in sorted(KNOWN_ZONES)]


class ImportForm(forms.Form):
    """A file with a history in it. Its content is validated by `emotions.transfer.readers`."""

    file = forms.FileField(
        label=_("Your file"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file first.")},
        widget=forms.FileInput(attrs={"accept": ".zip,.csv,.json"}),
        help_text=_(
            "The archive you downloaded here, a CSV export from Daylio, or a JSON export from "
            "Pixels."
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone of the entries"),
        required=False,
        choices=ZONES,
        help_text=_("Only for Daylio and Pixels, whose files don't include a time zone."),
    )


class PreviewForm(forms.Form):
    """How a file is to be read, as far as there is something to choose."""

    time_zone = forms.ChoiceField(label=_("Time zone of the entries"), choices=ZONES)
    date_order = forms.ChoiceField(
        label=_("Dates"),
        required=False,
        choices=[
            (DateOrder.DAY_FIRST, _("the day first, as in 31.12.")),
            (DateOrder.MONTH_FIRST, _("the month first, as in 12/31")),
        ],
    )
    update = forms.BooleanField(
        label=_("Update moments that have changed"), required=False, initial=True
    )

    def __init__(self, job: Import, data: Any = None) -> None:
        preview = job.preview or {}
        order = preview.get("date_order")
        super().__init__(data, initial={"time_zone": job.time_zone, "date_order": order})
        self.job = job
        if preview.get("format") == "export":
            del self.fields["time_zone"]
        if not order or order == DateOrder.YEAR_FIRST:
            del self.fields["date_order"]
        if not preview.get("changed"):
            del self.fields["update"]
        self.moods = {f"mood_{place}": mood for place, mood in enumerate(preview.get("moods", ()))}
        for name, mood in self.moods.items():
            self.fields[name] = forms.ChoiceField(
                label=ngettext(
                    "“%(name)s”, %(number)d time", "“%(name)s”, %(number)d times", mood["count"]
                )
                % {"name": mood["name"][:MAX_TAG_LENGTH], "number": mood["count"]},
                required=False,
                initial=str(mood["value"] or ""),
                choices=[("", _("Skip these")), *reversed(MOODS)],
            )

    @property
    def choices(self) -> Choices:
        """What was chosen, once it is validated; what could not be chosen stays as it is."""
        chosen = self.cleaned_data
        return Choices(
            time_zone=chosen.get("time_zone") or self.job.time_zone,
            date_order=chosen.get("date_order") or self.job.date_order,
            moods={
                mood["name"]: int(chosen[name]) if chosen[name] else None
                for name, mood in self.moods.items()
                if name in self.data
            },
        )

    @property
    def wants_update(self) -> bool:
        return bool(self.cleaned_data.get("update"))
