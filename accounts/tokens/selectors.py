"""A person's access tokens, and the person of one."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AccessToken, User
from accounts.tokens.secrets import hash_secret


def tokens(*, person: User) -> QuerySet[AccessToken]:
    """Return the person's access tokens, expired ones included, newest first."""
    return person.access_tokens.order_by("-created_at", "-id")


def get_valid_token(*, secret: str) -> AccessToken | None:
    """Return the token with this secret if it has not expired and its owner is active."""
    return (
        AccessToken.objects.select_related("owner")
        .filter(digest=hash_secret(secret), expires_at__gt=timezone.now(), owner__is_active=True)
        .first()
    )
