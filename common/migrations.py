"""Changes of the database that do not stop a large site while they are made.

Their migrations have to say `atomic = False`. Where there is no PostgreSQL they are done as Django
does them, each in a transaction.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently as AddIndexOnPostgreSQL
from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import transaction
from django.db.migrations.operations import AddIndex, AlterField
from django.db.models import Index


def is_postgresql(schema_editor: Any) -> bool:
    """Tell whether the database can be changed while others write to it."""
    return bool(schema_editor.connection.vendor == "postgresql")


class AddIndexConcurrently(AddIndexOnPostgreSQL):
    """Adds an index while others write."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Make the index."""
        if is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Remove the index."""
        if is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, *states)


class RemoveColumnIndexConcurrently(NotInTransactionMixin, AlterField):
    """Gives a foreign key `db_index=False` while others write.

    Django's own `AlterField` would drop the foreign key too and check every row to have it again.
    """

    atomic = False

    def describe(self) -> str:
        """Return what is done, for `migrate`."""
        return f"Concurrently remove the index of {self.name} on {self.model_name}"

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Remove the index that the column has by itself."""
        self._ensure_not_in_transaction(schema_editor)
        if not is_postgresql(schema_editor):
            with transaction.atomic(schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        for name in schema_editor._constraint_names(
            *(model, [column]),
            index=True,
            unique=False,
            type_=Index.suffix,
            exclude={index.name for index in model._meta.indexes},
        ):
            quoted = schema_editor.quote_name(name)
            schema_editor.execute(schema_editor.sql_delete_index_concurrently % {"name": quoted})

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make the index again."""
        if not is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        self._ensure_not_in_transaction(schema_editor)
        model = to_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name)
        schema_editor.execute(
            schema_editor._create_index_sql(model, fields=[column], concurrently=True)
        )
