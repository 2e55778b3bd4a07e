"""A database that each test finds as migrating left it."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.apps import apps
from django.core.management.commands import flush
from django.db import transaction
from django.db.models import Model
from django.test import TransactionTestCase

Rows = dict[type[Model], list[Model]]


def migrated_rows() -> Rows:
    """Return what there is in a database that has just been migrated."""
    models = [model for model in apps.get_models() if not model._meta.proxy]
    found = {model: list(model._base_manager.all()) for model in models}
    return {model: rows for model, rows in found.items() if rows}


@contextmanager
def emptied_quickly(migrated: Rows) -> Iterator[None]:
    """Copy these rows back into a database that a test with transactions of its own has emptied.

    Django would compute them again: hundreds of permissions, and the version that ships, with the
    checksums of its files.
    """
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty_and_put_back(test: TransactionTestCase) -> None:
        with patch.object(flush, "emit_post_migrate_signal", lambda *_: put_back(migrated)):
            empty(test)

    with patch.object(TransactionTestCase, "_fixture_teardown", empty_and_put_back):
        yield


def put_back(migrated: Rows) -> None:
    """Create these rows again, with the keys that they had; sequences have gone on beyond them."""
    with transaction.atomic():
        for model, rows in migrated.items():
            model._base_manager.bulk_create(rows)
