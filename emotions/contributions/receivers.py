"""What consent, changes of captures and the end of an account mean for contributions."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Consent, User
from accounts.signals import account_deleted, consent_changed
from emotions.captures.signals import capture_changed
from emotions.contributions import tasks
from emotions.contributions.syncing import follow, take_back
from emotions.models import Capture


@receiver(capture_changed)
def follow_capture(capture: Capture, *, face_changed: bool, **_: Any) -> None:
    """Bring what is lent of a capture in step with what it says now."""
    follow(capture, other_face=face_changed)


@receiver(account_deleted)
def take_faces_back(person: User, **_: Any) -> None:
    """Take the person's faces out of everything that they were lent to."""
    take_back(owner=person)


@receiver(consent_changed)
def follow_consent(person: User, kind: Consent.Kind, *, given: bool, **_: Any) -> None:
    """Lend the faces of somebody who helps from now on; take back those of who helps no more."""
    if kind != Consent.Kind.IMPROVE:
        return
    if given:
        tasks.contribute.enqueue(person.pk)
    else:
        take_back(owner=person)
