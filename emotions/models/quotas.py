"""What one person has used up of a day, and the turns that are taken."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyUsage(models.Model):
    """How many moments came in from one person on the latest day on which any did."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="daily_usage",
    )
    day = models.DateField(help_text=_("In UTC."))
    recorded = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = _("daily usage")

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.day}"


class Lease(models.Model):
    """One of a few places that work takes while it runs; it lapses where its process has died."""

    key = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField()
    holder = models.UUIDField(default=uuid.uuid4)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "place"], name="emotions_lease_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.place}"
