"""Measure what connections to PostgreSQL cost, by the way in which they are kept.

Usage: python -m benchmarks.suites.connections

Four threads of one process make requests of one query each, like gunicorn's threads.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.suites.servers import postgres

THREADS, REQUESTS = 4, 1000
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "a new one each time": {"CONN_MAX_AGE": 0},
    "kept by each thread": {"CONN_MAX_AGE": 60},
    "kept by each thread, checked": {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True},
    "a pool of four": {"OPTIONS": {"pool": {"min_size": THREADS, "max_size": THREADS}}},
}


def main() -> None:
    """Measure each configuration in a process of its own, and print a row."""
    print(
        "| connections | ms a request, p50 | p99 | requests a second |\n| --- | --- | --- | --- |"
    )
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)) as address:
        for name, settings in CONFIGURATIONS.items():
            process = subprocess.run(
                [sys.executable, "-m", "benchmarks.suites.connections", json.dumps(settings)],
                env={**os.environ, "DEBUG": "1", "DATABASE_URL": address},
                check=True,
                capture_output=True,
                text=True,
            )
            print(f"| {name} | {process.stdout.strip()} |", flush=True)


def measure(settings: dict[str, Any]) -> None:
    """Make requests, and print their durations."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emoplatform.settings")
    import django  # noqa: PLC0415
    from django.conf import settings as site  # noqa: PLC0415

    database = site.DATABASES["default"]
    database.update({"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False} | settings)
    if "pool" not in database["OPTIONS"]:
        database["OPTIONS"] = {"connect_timeout": 5}
    django.setup()
    with ThreadPoolExecutor(THREADS) as threads:
        began = time.perf_counter()
        durations = sorted(threads.map(request, range(REQUESTS)))
        total = time.perf_counter() - began
    slow = durations[int(0.99 * REQUESTS)]
    print(
        f"{1000 * statistics.median(durations):.2f} | {1000 * slow:.2f} | {REQUESTS / total:.0f}",
        flush=True,
    )
    os._exit(0)  # The threads of a pool would block the exit.


def request(_: int) -> float:
    """Handle connections like Django around a request, and return the seconds."""
    from django.db import close_old_connections, connection, reset_queries  # noqa: PLC0415

    began = time.perf_counter()
    reset_queries()
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    close_old_connections()
    return time.perf_counter() - began


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(json.loads(sys.argv[1]))
    else:
        main()
