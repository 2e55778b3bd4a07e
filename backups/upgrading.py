"""Reading the rows of a backup of older tables, by migrating them in a scratch database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps.registry import Apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import load_backend

from backups.archive import Manifest, TableChunk, table_chunks
from backups.rows import backed_up_models, insert_tables, serialized_chunks

SCRATCH = "backup"
"""Alias of the scratch database."""


def upgraded_chunks(path: Path, manifest: Manifest) -> Iterator[TableChunk]:
    """Yield the tables of a backup as they are after all migrations that it has not seen.

    The rows go into an SQLite database that has the tables of the backup, which is then migrated
    like a site. The database of this site is neither read nor written.

    Raises:
        BackupError: the rows are not those in the manifest.
        ValueError, TypeError, KeyError, ObjectDoesNotExist, DatabaseError: they are invalid.
    """
    with scratch_database():
        historical = migrate_to([key_of(name) for name in manifest.migrations])
        with transaction.atomic(SCRATCH):
            manifest.check_rows(insert_tables(table_chunks(path), historical, SCRATCH))
        migrate_to(MigrationExecutor(connections[SCRATCH]).loader.graph.leaf_nodes())
        for model in backed_up_models():
            for _, content in serialized_chunks(model, SCRATCH):
                yield TableChunk(model._meta.label, content.splitlines())


@contextmanager
def scratch_database() -> Iterator[None]:
    """Open an empty SQLite database under the alias `SCRATCH`, for this thread and this block."""
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "file:",  # without a path: a temporary file that SQLite unlinks when it opens it
        "OPTIONS": {"init_command": "PRAGMA synchronous=OFF;"},
    }
    settings = connections.configure_settings({DEFAULT_DB_ALIAS: {}, SCRATCH: database})[SCRATCH]
    connections[SCRATCH] = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, SCRATCH)
    try:
        yield
    finally:
        connections[SCRATCH].close()
        del connections[SCRATCH]


def key_of(name: str) -> tuple[str, str]:
    """Return the app and the name of a migration from `app.name`."""
    app, _, migration = name.partition(".")
    return app, migration


def migrate_to(migrations: list[tuple[str, str]]) -> Apps:
    """Migrate the scratch database forwards, and return the models of its state.

    Args:
        migrations: keys of migrations, which may name their dependencies too.
    """
    executor = MigrationExecutor(connections[SCRATCH])
    nodes = executor.loader.graph.node_map
    known = {key for key in migrations if key in nodes}
    # Of two targets that depend on each other, the executor would migrate back to the earlier one.
    leaves = [key for key in known if known.isdisjoint(one.key for one in nodes[key].children)]
    executor.migrate(leaves)
    registry: Apps = executor.loader.project_state(leaves).apps
    emit_post_migrate_signal(0, interactive=False, db=SCRATCH, apps=registry, plan=[])
    return registry
