"""What changes of captures and consent, and the end of an account, mean for contributions."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Consent, User
from accounts.signals import account_deleted, consent_changed
from common.jobs import delete_jobs
from emotions.captures.signals import capture_changed
from emotions.contributions import tasks
from emotions.contributions.syncing import sync_contribution, withdraw_contributions
from emotions.models import Capture


@receiver(capture_changed)
def sync_with_capture(capture: Capture, *, face_changed: bool, **_: Any) -> None:
    sync_contribution(capture, face_changed=face_changed)


@receiver(account_deleted)
def withdraw_with_account(person: User, **_: Any) -> None:
    withdraw_contributions(owner=person)
    delete_jobs(tasks.collect_contributions, person.pk)


@receiver(consent_changed)
def sync_with_consent(person: User, kind: Consent.Kind, *, given: bool, **_: Any) -> None:
    """Collect contributions once a person consents; withdraw them once they no longer do."""
    if kind != Consent.Kind.IMPROVE:
        return
    if given:
        tasks.collect_contributions.enqueue(person.pk)
    else:
        withdraw_contributions(owner=person)
