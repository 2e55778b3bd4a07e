"""Finding the reminders that are due and queueing them, each once a day in its owner's zone."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from common.time_zones import due_day, resolve_wall_time
from emotions.models import Delivery, Reminder
from emotions.reminders import tasks
from emotions.reminders.delivery import MAX_DELAY, has_recorded

DELIVERIES_KEPT_FOR = timedelta(days=7)


def send_reminders(*, now: datetime | None = None) -> int:
    """Queue every reminder that came due within `MAX_DELAY`; return how many were queued.

    Any number of schedulers may run at once or repeatedly: a unique constraint allows one delivery
    per reminder and day, and its job is written in the same transaction.
    """
    now = now or timezone.now()
    Delivery.objects.filter(due_at__lt=now - DELIVERIES_KEPT_FOR).delete()
    return sum(enqueue_delivery(reminder, day, now) for reminder, day in due_reminders(now))


def due_reminders(now: datetime) -> list[tuple[Reminder, date]]:
    """Return the reminders that came due within `MAX_DELAY`, each with its local date."""
    active = Reminder.objects.filter(paused=False, owner__is_active=True)
    hours: dict[tuple[str, date], set[time]] = defaultdict(set)
    for zone, at in active.values_list("owner__time_zone", "at").distinct():
        if day := due_day(at, zone, after=now - MAX_DELAY, until=now):
            hours[zone, day].add(at)
    return [
        (reminder, day)
        for (zone, day), due_hours in hours.items()
        for reminder in active.filter(
            owner__time_zone=zone, at__in=due_hours, days__contains=str(day.isoweekday())
        )
        .exclude(deliveries__local_date=day)
        .select_related("owner")
    ]


def enqueue_delivery(reminder: Reminder, day: date, now: datetime) -> bool:
    """Queue the delivery of one day, unless it is queued already or not needed."""
    due_at = resolve_wall_time(day, reminder.at, reminder.owner.time_zone)
    if due_at <= reminder.since or has_recorded(reminder, due_at, now):
        return False
    try:
        with transaction.atomic():
            delivery = Delivery.objects.create(reminder=reminder, local_date=day, due_at=due_at)
            tasks.deliver_reminder.enqueue(delivery.pk)
    except IntegrityError:  # Another scheduler was faster, or the reminder was deleted.
        return False
    return True
