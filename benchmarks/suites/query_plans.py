"""Check that every query uses an index and meets its budget, on a large PostgreSQL database.

Usage: python -m benchmarks.suites.query_plans [--captures N] [--people N]

Needs PostgreSQL's programs (Debian: `postgresql`); the database is temporary.
"""

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
from common.option_parsers import OneLineParser

BUDGET = 150  # ms for all queries of a use case
REGULAR_USERS = 2000
GROWING_TABLES = (
    *("accounts_", "account_emailaddress", "usersessions_", "emotions_"),
    "django_tasks_db",
)
"""Prefixes of the tables that grow with the number of users."""

SMALL_TABLE = 1024  # pages of 8 KB; reading a small table is faster than using an index
JOB_BUDGET = 5000  # ms for jobs that go through all users, at most once an hour
JOBS = {
    "reminders due": BUDGET,
    "trash, what is due": BUDGET,
    "retention, whose": BUDGET,
    "rescoring, what waits": JOB_BUDGET,
    "rescoring, later on": JOB_BUDGET,
    "contributions, all": JOB_BUDGET,
    "figures of twelve weeks": JOB_BUDGET,
    "shadow beside the answers": JOB_BUDGET,
    "files that nobody has": JOB_BUDGET,
    "people in the administration": BUDGET,
}
"""Jobs that go through all users, and their budgets; they may scan `USER_TABLES`."""
USER_TABLES = {"accounts_user", "accounts_consent", "emotions_contributor", "emotions_contribution"}

FULL_SCANS = {"files that nobody has", "figures of twelve weeks"}
"""Jobs that read a large share of every table, for which an index would not help."""


@dataclass
class Cost:
    """What the queries of a use case cost.

    Attributes:
        milliseconds: Planning and execution time of all queries.
        pages: Number of pages of 8 KB cost.
        scans: Large tables that were scanned sequentially.
    """

    name: str
    budget: float = BUDGET
    queries: int = 0
    milliseconds: float = 0.0
    pages: int = 0
    indices: set[str] = field(default_factory=set)
    scans: list[str] = field(default_factory=list)

    def add(self, plan: dict[str, Any]) -> None:
        """Add the plan of a query, as explained by PostgreSQL."""
        top = plan["Plan"]
        self.queries += 1
        self.milliseconds += plan["Planning Time"] + plan["Execution Time"]
        self.pages += top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        for node in plan_nodes(top):
            if index := node.get("Index Name"):
                self.indices.add(index)
            table = node.get("Relation Name", "")
            allowed = self.name in JOBS and (table in USER_TABLES or self.name in FULL_SCANS)
            if node["Node Type"] == "Seq Scan" and table in large_tables() and not allowed:
                self.scans.append(table)


@cache
def large_tables() -> set[str]:
    """Return the growing tables that are large."""
    from django.db import connection  # noqa: PLC0415 - after the settings

    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relpages > %s", [SMALL_TABLE])
        return {name for (name,) in cursor.fetchall() if name.startswith(GROWING_TABLES)}


def plan_nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the nodes of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from plan_nodes(part)


@contextmanager
def explained(cost: Cost) -> Iterator[None]:
    """Explain and execute every query in the block."""
    from django.db import connection  # noqa: PLC0415 - after the settings

    def explain(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if re.match(r"(?i)\s*(SELECT|INSERT|UPDATE|DELETE)\b", sql):
            with connection.connection.cursor() as cursor:
                cursor.execute("SAVEPOINT before_explain")
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
                cost.add(cursor.fetchone()[0][0])
                cursor.execute("ROLLBACK TO SAVEPOINT before_explain")
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(explain):
        yield


def fill(*, people: int, captures: int) -> None:
    """Fill the database with users and about as many captures as given."""
    from django.db import connection  # noqa: PLC0415

    from accounts.consents import CURRENT_VERSIONS  # noqa: PLC0415

    (version,) = {*CURRENT_VERSIONS.values()}
    moments = (captures - 2 * (people - REGULAR_USERS)) // REGULAR_USERS
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE crowd AS"
            " SELECT %s::int people, %s::int regulars, %s::int moments, %s::text AS text",
            [people, REGULAR_USERS, moments, version],
        )
        for statement in Path(__file__).with_name("fill_database.sql").read_text().split(";\n"):
            cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE)")


def measure() -> Iterator[Cost]:
    """Yield the cost of each use case, and roll back what it writes."""
    from django.db import transaction  # noqa: PLC0415

    from benchmarks.suites.queries import use_cases  # noqa: PLC0415

    for name, use_case in use_cases().items():
        for _ in range(2):  # The first run warms the cache.
            cost = Cost(name, JOBS.get(name, BUDGET))
            with transaction.atomic():
                with explained(cost):
                    use_case()
                transaction.set_rollback(True)
        yield cost


def table_sizes() -> list[tuple[str, int, int, int]]:
    """Return name, row count, bytes of rows and bytes of indexes of each large table."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_live_tup, pg_table_size(relid), pg_indexes_size(relid)"
            " FROM pg_stat_user_tables WHERE n_live_tup > 10000 ORDER BY 3 DESC"
        )
        return cursor.fetchall()


def index_sizes() -> list[tuple[str, str, int, int]]:
    """Return table, name, bytes and number of scans of each index of a growing table."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT relname, indexrelname, pg_relation_size(indexrelid), idx_scan"
            " FROM pg_stat_user_indexes ORDER BY 3 DESC"
        )
        return [row for row in cursor.fetchall() if row[0].startswith(GROWING_TABLES)]


def main() -> None:
    """Fill a new database, and print the cost of every use case."""
    parser = OneLineParser(description="Check the plans and the speed of every query.")
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
        logging.disable(logging.WARNING)  # about unknown sessions and rolled-back captures
        call_command("migrate", verbosity=0)
        began = time.monotonic()
        fill(people=options.people, captures=options.captures)
        print(f"Filled in {time.monotonic() - began:.0f} s.\n")
        missed = report()
    if missed:
        sys.exit(f"{missed} use cases scan a large table or miss their budget.")


def report() -> int:
    """Print all tables, and return how many use cases scan a table or miss their budget."""
    print("| what | queries | ms | pages | indices |\n| --- | --- | --- | --- | --- |")
    missed = 0
    for cost in measure():
        scans = "".join(f" SCANS {table}" for table in cost.scans)
        late = f" MISSED {cost.budget} ms" if cost.milliseconds > cost.budget else ""
        missed += bool(scans or late)
        indexes = ", ".join(sorted(cost.indices))
        print(
            f"| {cost.name} | {cost.queries} | {cost.milliseconds:.1f} | {cost.pages} "
            f"| {indexes}{scans}{late} |",
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
