"""Creating and revoking access tokens."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import AccessToken, SecurityEvent, User
from accounts.security_log import record_event
from accounts.tokens.secrets import display_prefix, generate_secret, hash_secret

DEFAULT_TOKEN_DAYS = 365
MAX_TOKEN_DAYS = 730
LAST_USED_PRECISION = timedelta(hours=1)


@transaction.atomic
def create_token(
    *,
    person: User,
    name: str,
    scope: str,
    may_export: bool = False,
    days: int = DEFAULT_TOKEN_DAYS,
) -> tuple[AccessToken, str]:
    """Create an access token and return it with its secret, which is not stored.

    Raises:
        ValueError: If the number of days is out of range or the scope is unknown.
    """
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise ValueError(f"A token lasts 1 to {MAX_TOKEN_DAYS} days.")
    secret = generate_secret()
    record_event(person=person, kind=SecurityEvent.Kind.TOKEN_MADE, name=name)
    token = AccessToken.objects.create(
        owner=person,
        name=name,
        digest=hash_secret(secret),
        prefix=display_prefix(secret),
        scope=AccessToken.Scope(scope),
        may_export=may_export,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: AccessToken) -> None:
    record_event(person=token.owner, kind=SecurityEvent.Kind.TOKEN_REVOKED, name=token.name)
    token.delete()


def record_token_use(*, token: AccessToken) -> None:
    """Record when a token was last used, to the hour, so that most requests write nothing."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < LAST_USED_PRECISION:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USED_PRECISION)
    AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
