"""No migration stops a large site while it is made."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader

from common.migrations import AddIndexConcurrently, AddUniqueConstraintConcurrently

FIRST = {"accounts": "0005_growth", "emotions": "0010_growth", "ml": "0004_training_runs"}
"""The last ones of before there were any people, and this rule."""
LOCKS = (
    operations.AddIndex,
    operations.RemoveIndex,
    operations.AddConstraint,
    operations.RunSQL,
)
"""Hold everybody up while they look at every row, or cannot be seen to do without."""
CONCURRENT = (AddIndexConcurrently, AddUniqueConstraintConcurrently)


def later_migrations() -> list[tuple[str, str]]:
    return sorted(
        (app, name)
        for app, name in MigrationLoader(connection).disk_migrations
        if app in FIRST and name > FIRST[app]
    )


@pytest.mark.django_db
def test_later_migrations_hold_nobody_up() -> None:
    wrong = [
        f"{app}.{name}: {operation.describe()}"
        for app, name in later_migrations()
        for operation in import_module(f"{app}.migrations.{name}").Migration.operations
        if isinstance(operation, LOCKS) and not isinstance(operation, CONCURRENT)
    ]
    assert wrong == []


@pytest.mark.django_db
def test_the_database_has_the_indices_that_the_models_name() -> None:
    for model in (apps.get_model("emotions.Capture"), apps.get_model("emotions.Delivery")):
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
        assert {index.name for index in model._meta.indexes} <= found.keys()
        if connection.vendor == "postgresql":
            alone = [told for told in found.values() if told["index"] and not told["unique"]]
            owner = {"capture": ["owner_id"], "delivery": ["reminder_id"]}
            assert owner[model._meta.model_name or ""] not in [one["columns"] for one in alone]
