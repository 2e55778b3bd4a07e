"""Hold every query to an index, and to its time, on a PostgreSQL with millions of moments.

Usage: python -m scripts.benchmarks.explain [--captures N] [--people N]

Needs PostgreSQL's programs (Debian: `postgresql`); the database is a new one that is thrown away.
"""

import argparse
import os
import re
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from scripts.benchmarks.servers import postgres

BUDGET = 150  # ms of all queries of a read together
REGULARS = 2000
GROWING = (
    *("accounts_", "account_emailaddress", "django_session", "usersessions_", "emotions_"),
    "django_tasks_db",
)
"""How the names of tables begin that grow with the people."""

SMALL = 1024  # pages; a table of 8 MB is read whole sooner than by its index
JOBS = {"reminders due", "trash, what is due"}
"""Look at everybody once a minute or a day, so that they may read who everybody is."""

SUBJECT = "person1000@example.org"


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
            job = self.name in JOBS and table == "accounts_user"
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

    moments = (captures - 2 * (people - REGULARS)) // REGULARS
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE crowd AS"
            " SELECT %s::int AS people, %s::int AS regulars, %s::int AS moments",
            [people, REGULARS, moments],
        )
        for statement in Path(__file__).with_name("crowd.sql").read_text().split(";\n"):
            cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE)")


def use_cases() -> dict[str, Callable[[], object]]:
    """Return every read, and the writes that look for something first, by name."""
    from allauth.account.utils import filter_users_by_email  # noqa: PLC0415
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts import selectors as people  # noqa: PLC0415
    from emotions import patterns, reviews, selectors, services, trends, usual  # noqa: PLC0415
    from emotions.exports import captures_of  # noqa: PLC0415
    from emotions.models import Capture, Delivery, Feeling, PushSubscription, Reminder  # noqa: PLC0415
    from emotions.services import deleting, reminding  # noqa: PLC0415
    from emotions.trends import Span  # noqa: PLC0415

    owner = get_user_model().objects.get(email=SUBJECT)
    today = timezone.localdate()
    month, year, always = (today - timedelta(days=days) for days in (30, 365, 3000))
    capture = Capture.objects.of(owner)[5]
    reminder = Reminder.objects.filter(owner__sequence__gt=2).select_related("owner")[0]
    moments = patterns.read(owner=owner, first=year, last=today)

    def page(captures: Any, number: int = 0) -> Callable[[], object]:
        return lambda: list(captures[24 * number : 24 * (number + 1)])

    def trend(by: Span, first: date) -> Callable[[], object]:
        return lambda: trends.trend(owner=owner, by=by, first=first, last=today)

    def history(**by: Any) -> Any:
        return selectors.history(owner=owner, **by)

    return {
        "a capture": lambda: selectors.capture_of(owner=owner, uuid=capture.uuid),
        "history": page(history()),
        "history, how many": lambda: history().count(),
        "history, 30 pages on": page(history(), 30),
        "history, by feeling": page(history(feeling=Feeling.SAD)),
        "history, of a month": page(history(first=month, last=today)),
        "history, by tag": page(history(tag="sport")),
        "history, by source": page(history(source=Capture.Source.CAMERA)),
        "history, by words": page(history(words="lake")),
        "history, everything at once": page(
            history(feeling=Feeling.SAD, first=year, last=today, tag="sport", words="lake")
        ),
        "trash": page(history(in_trash=True)),
        "changes": lambda: selectors.changes(owner=owner, after=0, limit=100),
        "changes, later ones": lambda: selectors.changes(owner=owner, after=500, limit=100),
        "days with captures": lambda: selectors.days_with_captures(
            owner=owner, first=month, last=today
        ),
        "tags": lambda: list(selectors.tags(owner=owner)),
        "a day": lambda: selectors.day(owner=owner, on=today - timedelta(days=1)),
        "trend, 30 days": trend(Span.DAY, month),
        "trend, a year": trend(Span.WEEK, year),
        "trend, always": trend(Span.MONTH, always),
        "patterns, a year": lambda: patterns.read(owner=owner, first=year, last=today),
        "patterns, tags": lambda: patterns.tags_by_capture(moments, owner),
        "review of a month": lambda: reviews.review(owner=owner, span=Span.MONTH, on=month),
        "the four weeks before": lambda: usual.weeks_before(owner=owner, on=today),
        "days in a row": lambda: usual.days_in_a_row(owner=owner, today=today),
        "agreement": lambda: usual.agreement(owner=owner),
        "export, first thousand": lambda: list(islice(captures_of(owner), 1000)),
        "preferences": lambda: selectors.preferences(owner=owner),
        "reminders of one": lambda: list(selectors.reminders(owner=owner)),
        "browsers of one": lambda: list(selectors.push_subscriptions(owner=owner)),
        "browser by address": lambda: list(PushSubscription.objects.filter(endpoint="https://x")),
        "reminders due": lambda: reminding.due(timezone.now()),
        "reminder, recorded lately": lambda: reminding.has_recorded(
            reminder, timezone.now(), timezone.now()
        ),
        "reminders, old deliveries": lambda: Delivery.objects.filter(
            due_at__lt=timezone.now() - reminding.KEPT_FOR
        ).delete(),
        "trash, what is due": lambda: list(
            deleting.in_trash_since(timezone.now() - deleting.TRASH_KEPT_FOR)
        ),
        "person by address": lambda: get_user_model().objects.get_by_natural_key(SUBJECT),
        "sign-in": lambda: filter_users_by_email(SUBJECT),
        "session": lambda: SessionStore("none").exists("none"),
        "token": lambda: people.token_of(secret="none"),  # noqa: S106
        "devices": lambda: people.devices(person=owner),
        "a moment in words": lambda: services.record_capture(
            owner=owner,
            source=Capture.Source.MANUAL,
            idempotency_key=str(uuid.uuid4()),
            said=services.Said(mood=4, tags=("sport",)),
        ),
        "delete a moment": lambda: services.delete_capture(capture=capture),
    }


def measured() -> Iterator[Read]:
    """Yield what each read cost; nothing that they write stays."""
    from django.db import transaction  # noqa: PLC0415

    for name, do in use_cases().items():
        do_twice = Read(name), Read(name)  # The first finds what the disk still has to give.
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
