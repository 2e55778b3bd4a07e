"""Signed links that pause a person's reminders without signing in."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User
from emotions.models import Reminder

SIGNER = Signer(salt="emotions.stop_links")  # links that were sent out carry this salt


def unsubscribe_link(*, owner: User, way: Reminder.Way) -> str:
    """Return the absolute address that pauses the owner's reminders of this way."""
    signed = SIGNER.sign(f"{owner.pk}-{way.value}")
    return f"{settings.SITE_URL}{reverse('emotions:reminders_stop', args=[signed])}"


def parse_unsubscribe_token(signed: str) -> tuple[User, Reminder.Way] | None:
    """Return whose reminders a link pauses, and which; None unless this site signed it."""
    try:
        owner_id, _, way = SIGNER.unsign(signed).partition("-")
    except BadSignature:
        return None
    owner = User.objects.filter(pk=int(owner_id)).first()
    return (owner, Reminder.Way(way)) if owner else None
