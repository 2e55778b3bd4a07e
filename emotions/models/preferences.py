"""Defaults and settings of one person."""

from typing import TypeAlias

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from emotions.models.captures import Capture


class Preferences(models.Model):
    """What one person wants: of photos to come, of pictures that grow old, and of the pages."""

    class Theme(models.TextChoices):
        DEVICE = "", _("as my device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    ReadOn: TypeAlias = Capture.ReadOn

    class KeptFor(models.IntegerChoices):
        """Days for which pictures are kept."""

        ALWAYS = 0, _("as long as the moment")
        MONTH = 30, _("30 days")
        QUARTER = 91, _("three months")
        YEAR = 365, _("a year")

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="preferences",
    )
    kept = models.CharField(max_length=8, choices=Capture.Kept.choices, default=Capture.Kept.PHOTO)

    keep_others = models.BooleanField(
        default=False, help_text=_("Keep the faces of other people recognisable.")
    )

    pictures_kept_for = models.PositiveSmallIntegerField(
        choices=KeptFor.choices,
        default=KeptFor.ALWAYS,
        help_text=_("Days after which only the numbers of a photo stay; 0 is for ever."),
    )

    read_on = models.CharField(
        max_length=8,
        choices=ReadOn.choices,
        default=ReadOn.SERVER,
        db_default=ReadOn.SERVER,
        help_text=_("Where pictures to come are read."),
    )

    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.DEVICE, blank=True)
    colours = models.JSONField(
        default=dict, blank=True, help_text=_("Of emotions, such as #1d6460; others are ours.")
    )

    show_streak = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Whether Today tells how many days in a row have a moment."),
    )

    tags_sequence = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text=_("Of the latest change of the list of tags, which apps read again then."),
    )

    class Meta:
        verbose_name_plural = _("preferences")
        indexes = [
            models.Index(
                fields=["pictures_kept_for"],
                condition=~models.Q(pictures_kept_for=0),
                name="emotions_preferences_limited",
            )
        ]

    def __str__(self) -> str:
        return str(self.owner)
