"""Reminders, their deliveries, and the browsers that take notifications."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """A time of day at which a person wants to be asked how they are."""

    class Way(models.TextChoices):
        EMAIL = "email", _("email")
        PUSH = "push", _("notification")

    class Day(models.TextChoices):
        """A day of the week, numbered as in ISO 8601."""

        MONDAY = "1", _("Mon")
        TUESDAY = "2", _("Tue")
        WEDNESDAY = "3", _("Wed")
        THURSDAY = "4", _("Thu")
        FRIDAY = "5", _("Fri")
        SATURDAY = "6", _("Sat")
        SUNDAY = "7", _("Sun")

    EVERY_DAY: ClassVar[str] = "1234567"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders"
    )
    at = models.TimeField(help_text=_("By the clock on the wall where the person is."))
    days = models.CharField(
        max_length=7, default=EVERY_DAY, help_text=_("Numbers of weekdays in order, Monday is 1.")
    )
    way = models.CharField(max_length=5, choices=Way.choices, default=Way.EMAIL)
    paused = models.BooleanField(default=False)
    since = models.DateTimeField(help_text=_("Its last change: hours before that are past."))

    class Meta:
        indexes = [
            models.Index(
                fields=["at"], condition=models.Q(paused=False), name="emotions_reminder_hours"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.way}"

    @property
    def day_names(self) -> list[str]:
        return [str(self.Day(number).label) for number in self.days]


class Delivery(models.Model):
    """One reminder on one day; its unique constraint makes sure that it is sent only once."""

    reminder = models.ForeignKey(
        Reminder,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,  # the constraint's begins with the reminder
    )
    local_date = models.DateField(help_text=_("The day where the person is."))
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text=_("Set before it is sent."))

    class Meta:
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["reminder", "local_date"], name="emotions_delivery_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="emotions_delivery_due")]

    def __str__(self) -> str:
        return f"{self.reminder_id}: {self.local_date}"


class PushSubscription(models.Model):
    """A browser or an app of a person that receives notifications."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.URLField(
        max_length=1000, unique=True, help_text=_("Where its maker's push service takes messages.")
    )
    # Encrypted where there is a key (`common.encryption`), which takes more room.
    p256dh = models.CharField(max_length=255, help_text=_("The public key that it reads with."))
    auth = models.CharField(max_length=160, help_text=_("What it shares with us alone."))
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"push subscription {self.pk}"
