"""Make the table in which all processes count guesses where there is no Redis."""

from typing import Any

from django.core.management import call_command
from django.db import migrations

TABLE = "shared_cache"


def create(apps: Any, schema_editor: Any) -> None:
    """Make it as Django does, which knows each database."""
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_language")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
