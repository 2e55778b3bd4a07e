"""Removing what would outlive the people whom it is about."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.devices.sessions import SessionStore, adopt_sessions
from accounts.mail.letters import GIVE_UP_AFTER
from accounts.models import Letter, Session, User
from accounts.security_log import remove_old_events


def anonymise_admin_log(*, person: User) -> None:
    """Leave in the administration's log that something was done, but not to whom."""
    addresses = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(
        Q(content_type=people, object_id=str(person.pk))
        | Q(object_repr__in=[person.email, *addresses])
    ).update(object_id=None, object_repr="")


def remove_expired() -> int:
    """Remove sessions, letters and events that have run out, devices without a session, counters.

    Returns:
        The number of devices.
    """
    adopt_sessions()
    orphaned = ~Exists(User.objects.filter(pk=OuterRef("person")))
    Session.objects.filter(orphaned, person__isnull=False).delete()
    SessionStore.clear_expired()
    Letter.objects.filter(created_at__lt=timezone.now() - GIVE_UP_AFTER).delete()
    remove_old_events()
    remove_expired_counters()
    session = Session.objects.filter(pk=OuterRef("session_key"))
    return UserSession.objects.filter(~Exists(session)).delete()[0]


def remove_expired_counters() -> None:
    """Remove what has expired in the table of the cache, which Django leaves until it is full."""
    cache = caches["default"]
    if not isinstance(cache, DatabaseCache):
        return
    connection = connections[router.db_for_write(cache.cache_model_class)]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608 - our own
