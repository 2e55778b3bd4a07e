"""Every use case that queries the database; import this once Django is set up."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from typing import Any

from allauth.account.utils import filter_users_by_email
from django.contrib.auth import get_user_model
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.devices import selectors as devices
from accounts.devices.sessions import SessionStore
from accounts.tokens.selectors import get_valid_token
from emotions.captures import purging, recording, retention, selectors, trash
from emotions.captures.days import load_day
from emotions.captures.recording import SelfReport
from emotions.contributions import collecting, dataset_files
from emotions.insights import baseline, patterns, reviews, trends
from emotions.insights.calendars import load_days
from emotions.insights.trends import Span
from emotions.model_quality import production_metrics, rescoring, shadow_comparison
from emotions.models import (
    Capture,
    Delivery,
    Feeling,
    Preferences,
    PushSubscription,
    Reminder,
)
from emotions.pictures import storage
from emotions.preferences.selectors import get_preferences
from emotions.reminders import delivery, scheduling
from emotions.reminders import selectors as reminder_selectors
from emotions.transfer.exports import iter_captures
from ml import registry
from ml.models import ModelVersion

EMAIL = "person1000@example.org"


def use_cases() -> dict[str, Callable[[], object]]:
    """Return every use case that reads, and some that write, by name."""
    owner = get_user_model().objects.get(email=EMAIL)
    today = timezone.localdate()
    month, year, always = (today - timedelta(days=days) for days in (30, 365, 3000))
    capture = Capture.objects.of(owner)[5]
    reminder = Reminder.objects.filter(owner__sequence__gt=2).select_related("owner")[0]
    tried = ModelVersion.objects.get(name="tried")
    Preferences.objects.update_or_create(owner=owner, defaults={"pictures_kept_for": 3650})
    middle = Capture.objects.order_by("-pk").values_list("pk", flat=True)[0] // 2
    monday = today - timedelta(days=today.weekday())
    names = [f"photos/{uuid.uuid4().hex}-{uuid.uuid4().hex}.jpg" for _ in range(20_000)]
    storage.names_in = lambda folder: iter(
        names if folder == "photos" else ()
    )  # stands in for a full storage
    moments = patterns.load_moments(owner=owner, first=year, last=today)

    def page(captures: Any, number: int = 0) -> Callable[[], object]:
        return lambda: list(captures[24 * number : 24 * (number + 1)])

    def trend(by: Span, first: date) -> Callable[[], object]:
        return lambda: trends.load_periods(owner=owner, by=by, first=first, last=today)

    def history(**by: Any) -> Any:
        return selectors.history(owner=owner, **by)

    return {
        "a capture": lambda: selectors.get_capture(owner=owner, uuid=capture.uuid),
        "history": page(history()),
        "history, how many": lambda: history().count(),
        "history, 30 pages on": page(history(), 30),
        "history, by feeling": page(history(feeling=Feeling.SAD)),
        "history, of a month": page(history(first=month, last=today)),
        "history, by tag": page(history(tag="sport")),
        "history, by source": page(history(source=Capture.Source.CAMERA)),
        "history, by words": page(history(words="lake")),
        "history, everything at once": page(
            history(feeling=Feeling.SAD, first=year, last=today, tag="sport", words="lake")
        ),
        "trash": page(history(in_trash=True)),
        "changes": lambda: selectors.changes(owner=owner, after=0, limit=100),
        "changes, later ones": lambda: selectors.changes(owner=owner, after=500, limit=100),
        "days with captures": lambda: selectors.days_with_captures(
            owner=owner, first=month, last=today
        ),
        "tags": lambda: list(selectors.tags(owner=owner)),
        "a month of days": lambda: load_days(owner=owner, first=month, last=today),
        "a year of days": lambda: load_days(owner=owner, first=year, last=today),
        "a day": lambda: load_day(owner=owner, on=today - timedelta(days=1)),
        "trend, 30 days": trend(Span.DAY, month),
        "trend, a year": trend(Span.WEEK, year),
        "trend, always": trend(Span.MONTH, always),
        "patterns, a year": lambda: patterns.load_moments(owner=owner, first=year, last=today),
        "patterns, tags": lambda: patterns.tag_links(moments),
        "review of a month": lambda: reviews.review(owner=owner, span=Span.MONTH, on=month),
        "the four weeks before": lambda: baseline.baseline_before(owner=owner, on=today),
        "days in a row": lambda: baseline.streak(owner=owner, today=today),
        "agreement": lambda: baseline.self_agreement(owner=owner),
        "export, first thousand": lambda: list(islice(iter_captures(owner), 1000)),
        "preferences": lambda: get_preferences(owner=owner),
        "reminders of one": lambda: list(reminder_selectors.reminders(owner=owner)),
        "browsers of one": lambda: list(reminder_selectors.push_subscriptions(owner=owner)),
        "browser by address": lambda: list(PushSubscription.objects.filter(endpoint="https://x")),
        "reminders due": lambda: scheduling.due_reminders(timezone.now()),
        "reminder, recorded lately": lambda: delivery.has_recorded(
            reminder, timezone.now(), timezone.now()
        ),
        "reminders, old deliveries": lambda: Delivery.objects.filter(
            due_at__lt=timezone.now() - scheduling.DELIVERIES_KEPT_FOR
        ).delete(),
        "trash, what is due": lambda: list(
            purging.in_trash_since(timezone.now() - purging.TRASH_KEPT_FOR)
        ),
        "retention, whose": lambda: list(
            Preferences.objects.exclude(pictures_kept_for=0).select_related("owner")[:1000]
        ),
        "retention of one": lambda: retention.forget_old_pictures(owner=owner),
        "rescoring, what waits": lambda: list(
            rescoring.captures_to_rescore(tried)[: rescoring.BATCH_SIZE]
        ),
        "rescoring, later on": lambda: list(
            rescoring.captures_to_rescore(tried).filter(pk__gt=middle)[: rescoring.BATCH_SIZE]
        ),
        "history, rescored": page(Capture.objects.of(owner).with_feeling(read_by="tried")),
        "trial": registry.running_shadow,
        "contributions to collect of one": lambda: list(collecting.captures_to_contribute(owner)),
        "contributions, all": dataset_files.current_contributions,
        "figures of twelve weeks": lambda: production_metrics.compute_report(before=monday),
        "shadow beside the answers": lambda: shadow_comparison.compare_shadow(tried),
        "files that nobody has": lambda: next(storage.orphans(), None),
        "people in the administration": lambda: list(
            get_user_model().objects.order_by("email", "-pk")[:100]
        ),
        "a job for a worker": lambda: DBTaskResult.objects.ready().get_locked(),
        "person by address": lambda: get_user_model().objects.get_by_natural_key(EMAIL),
        "sign-in": lambda: filter_users_by_email(EMAIL),
        "session": lambda: SessionStore("none").exists("none"),
        "token": lambda: get_valid_token(secret="none"),  # noqa: S106
        "devices": lambda: devices.devices(person=owner),
        "a moment in words": lambda: recording.record_capture(
            owner=owner,
            source=Capture.Source.MANUAL,
            idempotency_key=str(uuid.uuid4()),
            self_report=SelfReport(mood=4, tags=("sport",)),
        ),
        "delete a moment": lambda: trash.delete_capture(capture=capture),
    }
