"""Hold every query to an index, and to its time, on a PostgreSQL with millions of moments.

Usage: python -m benchmarks.suites.explain [--captures N] [--people N]

Needs PostgreSQL's programs (Debian: `postgresql`); the database is a new one that is thrown away.
"""

import argparse
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.suites.servers import postgres

BUDGET = 150  # ms of all queries of a read together
REGULARS = 2000
GROWING = (
    *("accounts_", "account_emailaddress", "django_session", "usersessions_", "emotions_"),
    "django_tasks_db",
)
"""How the names of tables begin that grow with the people."""

SMALL = 1024  # pages; a table of 8 MB is read whole sooner than by its index
MANY = 5000
"""Milliseconds of what sums up or looks through everybody, once an hour at most."""
JOBS = {
    "reminders due": BUDGET,
    "trash, what is due": BUDGET,
    "retention, whose": BUDGET,
    "rescoring, what waits": MANY,
    "rescoring, later on": MANY,
    "contributions, all": MANY,
    "figures of twelve weeks": MANY,
    "shadow beside the answers": MANY,
    "files that nobody has": MANY,
    "people in the administration": BUDGET,
}
"""Look at everybody once in a while, for so many milliseconds, and may read whole `EVERYBODY`."""
EVERYBODY = {"accounts_user", "accounts_consent", "emotions_contributor", "emotions_contribution"}

WHOLE = {"files that nobody has", "figures of twelve weeks"}
"""Read a large share of everything, for which an index would be a detour."""


@dataclass
class Read:
    """What one read or write cost.

    Attributes:
        milliseconds: of all its queries, in the database.
        pages: of 8 KB that it touched.
        scans: growing, large tables that were read from end to end.
    """

    name: str
    budget: float = BUDGET
    queries: int = 0
    milliseconds: float = 0.0
    pages: int = 0
    indices: set[str] = field(default_factory=set)
    scans: list[str] = field(default_factory=list)

    def note(self, plan: dict[str, Any]) -> None:
        """Add what PostgreSQL told of one query."""
        top = plan["Plan"]
        self.queries += 1
        self.milliseconds += plan["Planning Time"] + plan["Execution Time"]
        self.pages += top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        for node in nodes(top):
            if index := node.get("Index Name"):
                self.indices.add(index)
            table = node.get("Relation Name", "")
            job = self.name in JOBS and (table in EVERYBODY or self.name in WHOLE)
            if node["Node Type"] == "Seq Scan" and table in large_tables() and not job:
                self.scans.append(table)


@cache
def large_tables() -> set[str]:
    """Return the growing tables that are not small."""
    from django.db import connection  # noqa: PLC0415 - after the settings

    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relpages > %s", [SMALL])
        return {name for (name,) in cursor.fetchall() if name.startswith(GROWING)}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


@contextmanager
def explained(read: Read) -> Iterator[None]:
    """Have every query in the block explained, and done."""
    from django.db import connection  # noqa: PLC0415 - after the settings

    def explain(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if re.match(r"(?i)\s*(SELECT|INSERT|UPDATE|DELETE)\b", sql):
            with connection.connection.cursor() as cursor:
                cursor.execute("SAVEPOINT before_explain")
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
                read.note(cursor.fetchone()[0][0])
                cursor.execute("ROLLBACK TO SAVEPOINT before_explain")
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(explain):
        yield


def fill(*, people: int, captures: int) -> None:
    """Fill the database with people and about so many captures."""
    from django.db import connection  # noqa: PLC0415

    from accounts.consents import CURRENT_VERSIONS  # noqa: PLC0415

    (version,) = {*CURRENT_VERSIONS.values()}
    moments = (captures - 2 * (people - REGULARS)) // REGULARS
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE crowd AS"
            " SELECT %s::int people, %s::int regulars, %s::int moments, %s::text AS text",
            [people, REGULARS, moments, version],
        )
        for statement in Path(__file__).with_name("crowd.sql").read_text().split(";\n"):
            cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE)")


def measured() -> Iterator[Read]:
    """Yield what each read cost; nothing that they write stays."""
    from django.db import transaction  # noqa: PLC0415

    from benchmarks.suites.queries import use_cases  # noqa: PLC0415

    for name, do in use_cases().items():
        budget = JOBS.get(name, BUDGET)
        do_twice = (
            Read(name, budget),
            Read(name, budget),
        )  # The first finds what the disk still has to give.
        for read in do_twice:
            with transaction.atomic():
                with explained(read):
                    do()
                transaction.set_rollback(True)
        yield do_twice[1]


def table_sizes() -> list[tuple[str, int, int, int]]:
    """Return name, rows, bytes of the rows and bytes of the indices of each large table."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_live_tup, pg_table_size(relid), pg_indexes_size(relid)"
            " FROM pg_stat_user_tables WHERE n_live_tup > 10000 ORDER BY 3 DESC"
        )
        return cursor.fetchall()


def index_sizes() -> list[tuple[str, str, int, int]]:
    """Return table, name, bytes and how often it was used, of each index of a growing table."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT relname, indexrelname, pg_relation_size(indexrelid), idx_scan"
            " FROM pg_stat_user_indexes ORDER BY 3 DESC"
        )
        return [row for row in cursor.fetchall() if row[0].startswith(GROWING)]


def main() -> None:
    """Fill a new database, explain every read and print what it cost."""
    parser = argparse.ArgumentParser(description="Every query by an index, and in time.")
    parser.add_argument("--captures", type=int, default=2_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres(Path(folder), "max_wal_size=8GB", "shared_buffers=1GB") as address,
    ):
        os.environ.update(
            DEBUG="1", DATABASE_URL=address, DJANGO_SETTINGS_MODULE="emoplatform.settings"
        )
        import django  # noqa: PLC0415
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        logging.disable(logging.WARNING)  # sessions that are not, and moments that will not stay
        call_command("migrate", verbosity=0)
        began = time.monotonic()
        fill(people=options.people, captures=options.captures)
        print(f"Filled in {time.monotonic() - began:.0f} s.\n")
        missed = report()
    if missed:
        sys.exit(f"{missed} reads scan a whole table or take longer than they may.")


def report() -> int:
    """Print all tables; return how many reads missed what they are held to."""
    print("| what | queries | ms | pages | indices |\n| --- | --- | --- | --- | --- |")
    missed = 0
    for read in measured():
        scans = "".join(f" SCANS {table}" for table in read.scans)
        late = f" MISSED {read.budget} ms" if read.milliseconds > read.budget else ""
        missed += bool(scans or late)
        told = ", ".join(sorted(read.indices))
        print(
            f"| {read.name} | {read.queries} | {read.milliseconds:.1f} | {read.pages} "
            f"| {told}{scans}{late} |",
            flush=True,
        )
    print("\n| table | rows | bytes a row | bytes of indices a row |\n| --- | --- | --- | --- |")
    for name, rows, heap, indices in table_sizes():
        print(f"| {name} | {rows:,} | {heap / rows:.0f} | {indices / rows:.0f} |")
    print("\n| index | MB | used |\n| --- | --- | --- |")
    for _, name, size, used in index_sizes():
        print(f"| {name} | {size / 2**20:.1f} | {used} |")
    return missed


if __name__ == "__main__":
    main()
