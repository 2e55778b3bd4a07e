"""Reading a person's reminders and the devices that they reach."""

from django.db.models import QuerySet

from accounts.models import User
from emotions.models import PushSubscription, Reminder


def reminders(*, owner: User) -> QuerySet[Reminder]:
    """Return the owner's reminders in the order of their hours; those that are paused too."""
    return Reminder.objects.filter(owner=owner).order_by("at", "id")


def push_subscriptions(*, owner: User) -> QuerySet[PushSubscription]:
    """Return the owner's browsers and apps that take notifications, newest first."""
    return PushSubscription.objects.filter(owner=owner).order_by("-created_at", "-id")
