"""Access tokens for scripts: made once, kept as a digest, ended at once."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import AccessToken, User
from accounts.tokens import selectors, services
from backups.upgrading import SCRATCH, migrate_to, scratch_database

pytestmark = pytest.mark.django_db


def make(person: User, *, scope: str = "read", days: int = 30) -> tuple[AccessToken, str]:
    return services.create_token(person=person, name="backup", scope=scope, days=days)


def test_only_a_digest_of_the_secret_is_kept(owner: User) -> None:
    token, secret = make(owner)
    assert secret.startswith("emo_")
    assert len(secret) == len("emo_") + 43
    assert secret.startswith(token.prefix)
    assert secret not in {str(value) for value in AccessToken.objects.values_list()[0]}
    assert selectors.get_valid_token(secret=secret) == token
    assert selectors.get_valid_token(secret=token.digest) is None


def test_a_token_lasts_a_year_by_default(owner: User) -> None:
    token, _ = services.create_token(person=owner, name="x", scope="read")
    assert timedelta(days=364) < token.expires_at - timezone.now() <= timedelta(days=365)


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_token_neither_ends_before_it_begins_nor_lasts_for_ever(owner: User, days: int) -> None:
    with pytest.raises(ValueError, match="1 to 730 days"):
        make(owner, days=days)


def test_an_expired_a_revoked_and_a_switched_off_persons_token_open_nothing(owner: User) -> None:
    expired, expired_secret = make(owner)
    AccessToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    assert selectors.get_valid_token(secret=expired_secret) is None

    revoked, revoked_secret = make(owner)
    services.revoke_token(token=revoked)
    assert selectors.get_valid_token(secret=revoked_secret) is None

    _, secret = make(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert selectors.get_valid_token(secret=secret) is None


def test_use_is_noted_once_an_hour(owner: User) -> None:
    token, _ = make(owner)
    services.record_token_use(token=token)
    token.refresh_from_db()
    noted = token.last_used_at
    assert noted is not None
    services.record_token_use(token=token)
    token.refresh_from_db()
    assert token.last_used_at == noted
    token.last_used_at = noted - timedelta(hours=1)
    token.save()
    services.record_token_use(token=token)
    token.refresh_from_db()
    assert token.last_used_at
    assert token.last_used_at > noted


def test_a_new_password_ends_tokens_and_other_changes_do_not(owner: User, other: User) -> None:
    make(owner)
    _, theirs = make(other)
    owner.time_zone = "Europe/Lisbon"
    owner.save()
    assert owner.access_tokens.count() == 1
    owner.set_password("another quiet diary")
    owner.save()
    assert not owner.access_tokens.exists()
    assert selectors.get_valid_token(secret=theirs)


def test_the_command_prints_the_token_alone(owner: User) -> None:
    out = StringIO()
    call_command("create_token", owner.email.upper(), stdout=out)
    token = selectors.get_valid_token(secret=out.getvalue().strip())
    assert token
    assert (token.owner, token.name, token.scope) == (owner, "script", "read")
    assert not token.may_export
    call_command(
        "create_token",
        owner.email,
        "--write",
        "--export",
        "--name",
        "home",
        "--days",
        "3",
        stdout=out,
    )
    written = selectors.get_valid_token(secret=out.getvalue().split()[1])
    assert written
    assert (written.name, written.scope, written.may_export) == ("home", "write", True)
    assert written.expires_at < timezone.now() + timedelta(days=3)


@pytest.mark.django_db(transaction=True)
def test_tokens_from_before_the_right_still_export() -> None:
    with scratch_database():
        latest = [
            key
            for key in MigrationExecutor(connections[SCRATCH]).loader.graph.leaf_nodes()
            if key[0] not in {"accounts", "emotions", "ml", "backups"}
        ]
        earlier = migrate_to([*latest, ("accounts", "0009_invitations")])
        person = (
            earlier.get_model("accounts", "User").objects.using(SCRATCH).create(email="a@b.org")
        )
        old = earlier.get_model("accounts", "AccessToken").objects.using(SCRATCH)
        old.create(owner=person, name="backup", expires_at=timezone.now())
        later = migrate_to([*latest, ("accounts", "0010_tokens_that_export")])
        tokens = later.get_model("accounts", "AccessToken").objects.using(SCRATCH)
        assert tokens.get().may_export
        # Yesterday's code, which does not know the column, runs until the last worker is new.
        with connections[SCRATCH].cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_accesstoken"
                " (owner_id, name, digest, prefix, scope, created_at, expires_at)"
                " SELECT owner_id, 'x', 'y', 'z', scope, created_at, expires_at"
                " FROM accounts_accesstoken"
            )
        assert tokens.filter(may_export=True).count() == 2


def test_the_command_refuses_in_one_line(owner: User) -> None:
    with pytest.raises(CommandError, match=r"^Nobody signs in with nobody@example\.org\.$"):
        call_command("create_token", "nobody@example.org")
    with pytest.raises(CommandError, match=r"--days: expected a whole number from 1 to 730"):
        call_command("create_token", owner.email, "--days", "0")
    assert not AccessToken.objects.exists()
