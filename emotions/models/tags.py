"""Tags: a person's own words for what was going on."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.text_keys import word_key
from emotions.models.limits import MAX_SIGN_LENGTH, MAX_TAG_LENGTH


class Tag(models.Model):
    """A word that a person chose for what was going on."""

    class Colour(models.TextChoices):
        """The palette of tags; `tokens.css` has a colour for each theme."""

        ROSE = "rose", _("rose")
        ORANGE = "orange", _("orange")
        GOLD = "gold", _("gold")
        GREEN = "green", _("green")
        TEAL = "teal", _("teal")
        BLUE = "blue", _("blue")
        VIOLET = "violet", _("violet")
        GREY = "grey", _("grey")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_index=False,  # the constraint's begins with the owner
    )
    name = models.CharField(max_length=MAX_TAG_LENGTH)
    key = models.TextField(  # noqa: DJ001 - not known is not an empty key
        null=True,
        editable=False,
        help_text=_("The name as it is compared; empty if an earlier version wrote it."),
    )
    colour = models.CharField(
        max_length=8, choices=Colour.choices, blank=True, default="", db_default=""
    )
    sign = models.CharField(
        max_length=MAX_SIGN_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text=_("One emoji or letter that stands before the name."),
    )
    sequence = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text=_("Of the latest change of the tag itself; 0 where there was none."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="emotions_tag_once_by_key")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        """Save the tag with its key."""
        self.key = word_key(self.name)
        super().save(**options)
