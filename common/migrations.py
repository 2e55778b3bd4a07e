"""Migration operations that do not lock a large table for long.

Their migrations must set `atomic = False`. On other databases than PostgreSQL they behave like
Django's own operations.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently as AddIndexOnPostgreSQL
from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import transaction
from django.db.migrations.operations import AddConstraint, AddIndex, AlterField
from django.db.models import Index


def is_postgresql(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


class AddIndexConcurrently(AddIndexOnPostgreSQL):
    """Adds an index without blocking writes, on PostgreSQL."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, *states)


class AddUniqueConstraintConcurrently(NotInTransactionMixin, AddConstraint):
    """Adds a unique constraint on fields without blocking writes, on PostgreSQL.

    PostgreSQL builds the index while people write, and then uses it for the constraint.
    """

    atomic = False

    def describe(self) -> str:
        return f"Concurrently {super().describe().lower()}"

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._ensure_not_in_transaction(schema_editor)
        if not is_postgresql(schema_editor):
            with transaction.atomic(schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        meta = to_state.apps.get_model(app_label, self.model_name)._meta
        quote = schema_editor.quote_name
        name, table = quote(self.constraint.name), quote(meta.db_table)
        columns = ", ".join(quote(meta.get_field(field).column) for field in self.constraint.fields)
        # An attempt that was interrupted leaves an index that is not valid.
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
        schema_editor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns})")
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}"
        )

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with transaction.atomic(schema_editor.connection.alias):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class RemoveColumnIndexConcurrently(NotInTransactionMixin, AlterField):
    """Sets `db_index=False` on a foreign key without blocking writes.

    Django's `AlterField` would also drop and recreate the constraint, which checks every row.
    """

    atomic = False

    def describe(self) -> str:
        return f"Concurrently remove the index of {self.name} on {self.model_name}"

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._ensure_not_in_transaction(schema_editor)
        if not is_postgresql(schema_editor):
            with transaction.atomic(schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        # Django generates the name of a column's index, and has no public way to look it up.
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
        if not is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        self._ensure_not_in_transaction(schema_editor)
        model = to_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name)
        schema_editor.execute(
            schema_editor._create_index_sql(model, fields=[column], concurrently=True)
        )
