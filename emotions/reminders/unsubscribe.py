"""Links that stop a person's reminders without a sign-in, from an e-mail or a notification."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User
from emotions.models import Reminder

SIGNER = Signer(salt="emotions.stop_links")


def stop_link(*, owner: User, way: Reminder.Way) -> str:
    """Return the address, with its host, at which one tap stops the owner's reminders this way."""
    sealed = SIGNER.sign(f"{owner.pk}-{way.value}")
    return f"{settings.SITE_URL}{reverse('emotions:reminders_stop', args=[sealed])}"


def read_stop_link(sealed: str) -> tuple[User, Reminder.Way] | None:
    """Return whose reminders a link stops, and which; None where it is not one of ours."""
    try:
        number, _, way = SIGNER.unsign(sealed).partition("-")
    except BadSignature:
        return None
    owner = User.objects.filter(pk=int(number)).first()
    return (owner, Reminder.Way(way)) if owner else None
