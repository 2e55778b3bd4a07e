"""The site under load, and for a person with a long history."""

import json
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import requests

from benchmarks.suites.common import Measured, Stage
from tests.pictures import astronaut_jpeg
from tests.sites import create_app_session, installed_site, serve

CLIENTS, SECONDS = 8, 20
DETECTIONS = 100_000
CALLS = 15


def captures(stage: Stage) -> Iterator[Measured]:
    """Post captures from eight clients at once to two workers."""
    folder = stage.folder / "captures"
    folder.mkdir()
    with installed_site(folder) as site:
        token = create_app_session(site)
        with serve(site) as address:
            taken = posted(address, token)
    yield Measured("captures a second over HTTP", len(taken) / SECONDS, "/s", 15, at_least=True)
    yield Measured("capture over HTTP, p50", 1000 * statistics.median(taken), "ms")
    last = sorted(taken)[int(0.99 * len(taken))]
    yield Measured("capture over HTTP, p99", 1000 * last, "ms", 1000)


def posted(address: str, token: str) -> list[float]:
    """Return how many seconds each capture took that was posted meanwhile."""
    taken: list[float] = []
    photo, until = astronaut_jpeg(), time.monotonic() + SECONDS

    def post() -> None:
        with requests.Session() as line:
            line.headers["X-Session-Token"] = token
            while time.monotonic() < until:
                started = time.perf_counter()
                answer = line.post(
                    f"{address}/api/v1/captures/", files={"photo": photo}, timeout=60
                )
                answer.raise_for_status()
                taken.append(time.perf_counter() - started)

    clients = [threading.Thread(target=post) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return taken


def history(stage: Stage) -> Iterator[Measured]:
    """Read the pages and the API as a person with 100,000 detections does, inside the server."""
    folder = stage.folder / "history"
    folder.mkdir()
    with installed_site(folder) as site:
        site.python(f"from tests.factories import long_history; long_history({DETECTIONS})")
        told = site.python("from benchmarks.suites import web; web.read_long_history()")
    for name, seconds in json.loads(told.splitlines()[-1]).items():
        yield Measured(f"{name}, 100,000 detections", 1000 * seconds, "ms", 150)


def read_long_history() -> None:
    """Print the median seconds of each address, as JSON; runs inside a site of its own."""
    from django.test import Client  # noqa: PLC0415 - inside the site

    from accounts.models import User  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    client.force_login(
        User.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    addresses = {
        "page today": "/today/",
        "page history": "/history/",
        "page history, filtered": "/history/?feeling=sad",
        "page trends, 30 days": "/trends/?by=day&first=2026-10-24&last=2026-11-22",
        "page trends, 12 months": "/trends/?by=month&first=2025-11-23&last=2026-11-22",
        "page trends, 8 years": "/trends/?by=month&first=2018-11-01&last=2026-11-22",
        "page year in pixels": "/trends/2025/",
        "page review of a month": "/review/month/2026-10-01/",
        "API patterns, a year": "/api/v1/patterns/?first=2025-11-23&last=2026-11-22",
        "API today": "/api/v1/today/",
        "API list": "/api/v1/captures/",
        "API changes": "/api/v1/changes/",
        "API trends, 400 days": "/api/v1/trends/?first=2025-10-20&last=2026-11-22",
        "API trends, 8 years": "/api/v1/trends/?by=month&first=2018-11-01&last=2026-11-22",
    }
    # In a thread, as gunicorn serves: what belongs to a request is found faster there than below a
    # command.
    with ThreadPoolExecutor(max_workers=1) as thread:
        taken = thread.map(lambda path: seconds_of(client, path), addresses.values())
        print(json.dumps(dict(zip(addresses, taken, strict=True))))


def seconds_of(client: object, path: str) -> float:
    """Return the median seconds that an address takes."""
    taken = []
    for _ in range(CALLS):
        started = time.perf_counter()
        answer = client.get(path)  # type: ignore[attr-defined]
        taken.append(time.perf_counter() - started)
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{path} answered {answer.status_code}.")
    return statistics.median(taken)
