"""Who may open an account: everybody, who was invited, or nobody."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.tokens.secrets import RANDOM_BYTES, hash_secret

OPEN, BY_INVITATION = "open", "invitation"
INVITATION_LASTS = timedelta(days=7)
SESSION_KEY = "invitation"


def create_invitation(*, inviter: User, note: str = "") -> tuple[Invitation, str]:
    """Create an invitation and return it with its secret, which is not stored."""
    secret = secrets.token_urlsafe(RANDOM_BYTES)
    invitation = Invitation.objects.create(
        digest=hash_secret(secret),
        note=note,
        inviter=inviter,
        expires_at=timezone.now() + INVITATION_LASTS,
    )
    return invitation, secret


def is_open(request: HttpRequest) -> bool:
    """Return whether whoever asks may sign up; the link of an invitation counts for the session."""
    if settings.SIGN_UP != BY_INVITATION:
        return bool(settings.SIGN_UP == OPEN)
    if secret := request.GET.get(SESSION_KEY):
        request.session[SESSION_KEY] = hash_secret(secret)
    return usable(request).exists()


def usable(request: HttpRequest) -> QuerySet[Invitation]:
    """Return the invitation of a session, if it is neither used nor too old."""
    digest = request.session.get(SESSION_KEY)
    return Invitation.objects.filter(digest=digest, used_at=None, expires_at__gt=timezone.now())


def redeem(request: HttpRequest) -> bool:
    """Use the invitation of a session; of several who try at once, one succeeds.

    Returns:
        True also where none is needed.
    """
    if settings.SIGN_UP == OPEN:
        return True
    redeemed = usable(request).update(used_at=timezone.now())
    request.session.pop(SESSION_KEY, None)
    return bool(redeemed)
