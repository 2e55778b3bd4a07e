"""Nothing outlives its owner: every table, file, cache and line of the log is searched."""

import io
import logging
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import leftovers, services
from accounts.consents import give_consent
from accounts.mail.outbox import queue_letter
from accounts.models import Consent, Letter, Session, User
from accounts.tokens.services import create_token
from emotions.captures import editing, recording
from emotions.models import Capture, Lease, Preferences
from emotions.quotas.leases import take_place
from emotions.quotas.turns import take_turn
from emotions.reminders.services import add_reminder
from emotions.transfer.uploads import start_import
from tests import factories, pictures
from tests.conftest import signed_in
from tests.factories import PASSWORD
from tests.jobs import run_jobs
from tests.traces import places_of

NUMBER = 987_654_321_012_345
EMAIL, SECOND_EMAIL, NOTE, TAG = (
    *("leaver@example.org", "leaver.too@example.org"),
    *("rainpondwhisper", "quillfeather"),
)


@pytest.fixture(autouse=True)
def _cache_in_the_database(settings: Settings) -> None:
    """Count guesses where a site without Redis does."""
    table = {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
    }
    settings.CACHES = {"default": table, "counters": table}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def live(person: User, administrator: User) -> None:
    """Do all that leaves something of a person."""
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    EmailAddress.objects.create(user=person, email=SECOND_EMAIL)
    browser = Client(headers={"User-Agent": f"Mozilla/5.0 {TAG}"})
    browser.post("/accounts/login/", {"login": EMAIL, "password": "a guess"})
    browser.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert browser.get("/today/").status_code == 200
    signed_in(APIClient(), person)
    forgetful = {"login": EMAIL, "password": PASSWORD}
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
        EmailAddress.objects.filter(user=person).update(verified=False)
        Client().post("/accounts/login/", forgetful)
    create_token(person=person, name=TAG, scope="read")
    give_consent(person=person, kind=Consent.Kind.IMPROVE)
    Preferences.objects.create(owner=person, pictures_kept_for=Preferences.KeptFor.MONTH)
    capture = recording.record_capture(
        owner=person, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )
    changes: editing.Changes = {"felt": "sad", "note": NOTE, "tags": [TAG]}  # type: ignore[typeddict-item]
    editing.edit_capture(capture=capture, changes=changes)
    add_reminder(owner=person, at=time(20))
    factories.push_subscription(person, endpoint=f"https://push.example.net/{TAG}")
    table = f"full_date,time,mood,activities,note\n2026-03-14,08:30,{TAG},{TAG},{NOTE}\n"
    upload = SimpleUploadedFile(f"{TAG}.csv", table.encode())
    start_import(owner=person, upload=upload, time_zone="UTC", moods={}, preview=True)
    run_jobs()
    take_turn(person)
    take_place(f"import:{person.pk}", places=1)
    queue_letter(template="account/email/password_changed", email=EMAIL, person=person, context={})
    admin = signed_in(Client(), administrator)
    admin.post(f"/admin/accounts/user/{person.pk}/change/", {"email": EMAIL, "is_active": "on"})
    addresses = {
        "action": "make_verified",
        "_selected_action": [address.pk for address in EmailAddress.objects.filter(user=person)],
    }
    admin.post("/admin/account/emailaddress/", addresses)


def traces() -> list[bytes]:
    found = [str(NUMBER), EMAIL, SECOND_EMAIL, NOTE, TAG, EMAIL.upper()]
    return [trace.encode() for trace in found]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_who_deletes_their_account(media: Path, log: io.StringIO) -> None:
    administrator = User.objects.create_superuser("administrator@example.org", PASSWORD)
    person = factories.person(EMAIL, pk=NUMBER)
    live(person, administrator)
    found = places_of(traces(), media)
    assert {
        *("accounts_user", "accounts_letter", "account_emailaddress", "accounts_accesstoken"),
        *("accounts_session", "usersessions_usersession", "django_admin_log", "shared_cache"),
        *("accounts_securityevent", "emotions_import"),
        *("emotions_capture", "emotions_lease", "emotions_tag", "emotions_pushsubscription"),
        "django_tasks_database_dbtaskresult",
    } <= found, "else this proves nothing"
    assert any(media.rglob("*.jpg"))
    waiting = [one for one in Session.objects.all() if "account_login" in one.get_decoded()]
    assert [one.person for one in waiting] == [person]

    services.delete_account(person=person)

    assert places_of(traces(), media) <= {"shared_cache"}, "guesses go on being counted"
    assert not any(media.rglob("*.jpg"))
    assert [line for line in log.getvalue().splitlines() if EMAIL in line or NOTE in line] == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shared_cache SET expires = %s", [yesterday()])
    call_command("sweep_orphans")
    assert places_of(traces(), media) == set()


def yesterday() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now() - timedelta(days=1))


@pytest.mark.django_db
def test_the_daily_sweep_removes_what_has_run_out(owner: User, other: User) -> None:
    for person in (owner, other):
        Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        queue_letter(template="account/email/password_changed", email="", person=None, context={})
    ended, running = (UserSession.objects.get(user=person) for person in (owner, other))
    Session.objects.filter(pk=ended.session_key).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    Letter.objects.filter(pk=Letter.objects.latest("pk").pk).update(
        created_at=timezone.now() - timedelta(days=4)
    )
    assert take_place("died", places=1)
    Lease.objects.update(expires_at=timezone.now() - timedelta(hours=2))
    assert take_place("works", places=1)

    call_command("sweep_orphans")

    assert [session.pk for session in Session.objects.all()] == [running.session_key]
    assert list(UserSession.objects.all()) == [running]
    assert Letter.objects.count() == 1
    assert [lease.key for lease in Lease.objects.all()] == ["works"]


@pytest.mark.django_db
def test_counters_go_when_their_time_is_up_and_not_before() -> None:
    caches["default"].set("over", 1, timeout=60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shared_cache SET expires = %s", [yesterday()])
    caches["default"].set("running", 1, timeout=60)
    leftovers.remove_expired_counters()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM shared_cache")
        assert [row[0] for row in cursor.fetchall()] == [":1:running"]


@pytest.mark.django_db
def test_the_administration_remembers_that_somebody_was_deleted_but_not_who(owner: User) -> None:
    admin = signed_in(
        Client(), User.objects.create_superuser("administrator@example.org", PASSWORD)
    )
    admin.post(f"/admin/accounts/user/{owner.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=owner.pk).exists()
    entry = LogEntry.objects.get()
    assert entry.is_deletion()
    assert (entry.object_id, entry.object_repr) == (None, "")
    assert admin.get("/admin/").status_code == 200
