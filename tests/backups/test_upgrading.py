"""A backup of any earlier version is restored with the tables of this one."""

import tarfile
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps.registry import Apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.connection import ConnectionDoesNotExist

from accounts.models import User
from backups.archive import MANIFEST, BackupError, Manifest
from backups.restoring import restore_backup
from backups.upgrading import SCRATCH, migrate_to, scratch_database
from backups.writing import add_member, add_tables
from emotions.captures import selectors
from emotions.models import Capture, Tag
from ml.models import ModelVersion

pytestmark = pytest.mark.django_db(transaction=True)

OURS = {"accounts", "backups", "emotions", "ml"}
WRITTEN = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
FIRST, *LATER, LAST = sorted(
    name for app, name in MigrationLoader(None).disk_migrations if app == "emotions"
)


def write_old_backup(path: Path, migration: str) -> None:
    """Write the backup of a site whose latest migration of `emotions` is the given one.

    Its rows were written by the first version, and migrated like those of a site since.
    """
    with scratch_database():
        others = [
            key
            for key in MigrationExecutor(connections[SCRATCH]).loader.graph.leaf_nodes()
            if key[0] not in OURS
        ]
        populate(migrate_to([*others, ("emotions", FIRST)]))
        registry = migrate_to([*others, ("emotions", migration)])
        applied = MigrationLoader(connections[SCRATCH]).applied_migrations
        manifest = Manifest(WRITTEN.isoformat(), sorted(".".join(key) for key in applied))
        with tarfile.open(path, "w") as archive:
            add_tables(archive, manifest, registry, SCRATCH)
            add_member(archive, MANIFEST, manifest.to_json())


def populate(registry: Apps) -> None:
    """Create an administrator with a moment, and another one that was deleted."""
    owner = registry.get_model("accounts", "User").objects.using(SCRATCH).create(email="a@b.org")
    permissions = registry.get_model("auth", "Permission").objects.using(SCRATCH)
    owner.user_permissions.add(permissions.get(codename="view_modelversion"))
    captures = registry.get_model("emotions", "Capture").objects.using(SCRATCH)
    moment = {
        "owner": owner,
        "source": "manual",
        "taken_at": WRITTEN,
        "time_zone": "Europe/Lisbon",
        "local_date": date(2026, 3, 14),
    }
    written = captures.create(uuid=uuid4(), sequence=1, note="Ünï 𝒄ode", felt="sad", **moment)
    tag = registry.get_model("emotions", "Tag").objects.using(SCRATCH)
    # The last two are one and the same since tags are compared by a key of their letters.
    written.tags.add(*(tag.create(owner=owner, name=name) for name in ("rain", "iş", "İş")))
    captures.create(uuid=uuid4(), sequence=2, deleted_at=WRITTEN, **moment)


@pytest.fixture
def empty_site(media: Path) -> None:
    call_command("flush", interactive=False, verbosity=0)
    ContentType.objects.clear_cache()


@pytest.mark.parametrize(
    "migration",
    [FIRST, *(pytest.param(name, marks=pytest.mark.slow) for name in LATER[:-1]), LATER[-1]],
)
def test_the_backup_of_every_earlier_version_is_restored(
    migration: str, empty_site: None, tmp_path: Path
) -> None:
    write_old_backup(tmp_path / "old.tar", migration)

    summary = restore_backup(tmp_path / "old.tar")

    assert summary.made_at == WRITTEN.isoformat()
    owner = User.objects.get()
    assert [one.codename for one in owner.user_permissions.all()] == ["view_modelversion"]
    written, deleted = Capture.objects.order_by("sequence")
    assert (written.note, written.felt, written.taken_at) == ("Ünï 𝒄ode", "sad", WRITTEN)
    assert sorted(tag.name for tag in written.tags.all()) == ["iş", "rain"]
    assert Tag.objects.filter(key__in=["iş", "rain"]).count() == Tag.objects.count() == 2
    assert list(selectors.history(owner=owner, words="uni")) == [written]
    assert deleted.purged_at == deleted.deleted_at == WRITTEN
    assert ModelVersion.objects.get(active=True).bundled
    # Keys continue after those that were restored.
    assert User.objects.create(email="next@example.org").pk > owner.pk
    with pytest.raises(ConnectionDoesNotExist):
        connections[SCRATCH]


def test_an_old_backup_whose_rows_do_not_fit_changes_nothing(
    empty_site: None, tmp_path: Path
) -> None:
    write_old_backup(tmp_path / "old.tar", FIRST)
    without_people = tmp_path / "cut.tar"
    with tarfile.open(tmp_path / "old.tar") as whole, tarfile.open(without_people, "w") as cut:
        for member in whole:
            content = whole.extractfile(member)
            assert content
            if member.name == MANIFEST:
                manifest = Manifest.from_json(content.read())
                del manifest.sha256["tables/accounts.User/000001.jsonl.gz"]
                add_member(cut, MANIFEST, manifest.to_json())
            elif "accounts.User/" not in member.name:
                add_member(cut, member.name, content.read())

    with pytest.raises(BackupError, match=r"accounts\.User: expected 1 rows, received 0"):
        restore_backup(without_people)

    assert not User.objects.exists()
    assert not Capture.objects.exists()
    assert ModelVersion.objects.get(active=True).bundled
    with pytest.raises(ConnectionDoesNotExist):
        connections[SCRATCH]
