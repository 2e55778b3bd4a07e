"""Benchmarks of the site under load, and for a person with a long history."""

import json
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import requests
from PIL import Image

from benchmarks.suites import common
from benchmarks.suites.common import Measurement, Workspace
from tests.pictures import astronaut, astronaut_jpeg, encoded
from tests.sites import create_app_session, installed_site, serve

CLIENTS, SECONDS = 8, 20
DETECTIONS = 100_000
CALLS = 15
LATEST = "whether anything has changed"
FRAME_SIDE = 320  # pixels, as in static/js/capture/live.js


def captures(workspace: Workspace) -> Iterator[Measurement]:
    """Measure recording captures with eight concurrent clients and two workers."""
    folder = workspace.folder / "captures"
    folder.mkdir()
    with installed_site(folder) as site:
        token = create_app_session(site)
        with serve(site) as address:
            durations = record_captures(address, token)
    yield Measurement(
        "captures a second over HTTP", len(durations) / SECONDS, "/s", 15, at_least=True
    )
    yield Measurement("capture over HTTP, p50", 1000 * statistics.median(durations), "ms")
    slow = sorted(durations)[int(0.99 * len(durations))]
    yield Measurement("capture over HTTP, p99", 1000 * slow, "ms", 1000)


def record_captures(address: str, token: str) -> list[float]:
    """Record captures from all clients for a while, and return the seconds that each took."""
    durations: list[float] = []
    photo, until = astronaut_jpeg(), time.monotonic() + SECONDS

    def post() -> None:
        with requests.Session() as session:
            session.headers["X-Session-Token"] = token
            while time.monotonic() < until:
                started = time.perf_counter()
                response = session.post(
                    f"{address}/api/v1/captures/", files={"photo": photo}, timeout=60
                )
                response.raise_for_status()
                durations.append(time.perf_counter() - started)

    clients = [threading.Thread(target=post) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return durations


def live(workspace: Workspace) -> Iterator[Measurement]:
    """Measure the live view's frames, read one after another over HTTP."""
    folder = workspace.folder / "live"
    folder.mkdir()
    frame = encoded(Image.fromarray(astronaut()).resize((FRAME_SIDE, FRAME_SIDE)))
    with installed_site(folder) as site:
        token = create_app_session(site)
        with serve(site) as address, requests.Session() as session:
            session.headers["X-Session-Token"] = token

            def read_frame() -> None:
                session.post(
                    f"{address}/api/v1/detect/", files={"photos": frame}, timeout=60
                ).raise_for_status()

            seconds = common.median_seconds(read_frame, times=50)
    yield Measurement("live view, frames a second", 1 / seconds, "/s", 4, at_least=True)


def explanation(workspace: Workspace) -> Iterator[Measurement]:
    """Measure the picture that shows what the network looked at."""
    folder = workspace.folder / "explanation"
    folder.mkdir()
    with installed_site(folder) as site:
        output = site.python("from benchmarks.suites import web; web.read_explanation()")
    yield Measurement("explanation of an answer", 1000 * float(output.split()[-1]), "ms", 2000)


def read_explanation() -> None:
    """Print the median seconds of the explanation of a new portrait; runs inside the site."""
    from emotions.captures import recording  # noqa: PLC0415 - inside the site
    from emotions.models import Capture  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    owner = factories.person("explained@example.org")
    recorded = recording.record_capture(
        owner=owner, photo=astronaut_jpeg(), source=Capture.Source.UPLOAD, kept=Capture.Kept.PHOTO
    )
    print(median_seconds(signed_in_client(), f"/captures/{recorded.uuid}/why.jpg"))


def history(workspace: Workspace) -> Iterator[Measurement]:
    """Measure pages and API responses for a person with 100,000 detections."""
    folder = workspace.folder / "history"
    folder.mkdir()
    with installed_site(folder) as site:
        site.python(f"from tests.factories import long_history; long_history({DETECTIONS})")
        output = site.python("from benchmarks.suites import web; web.read_long_history()")
    for name, seconds in json.loads(output.splitlines()[-1]).items():
        budget = 5 if name == LATEST else 150
        yield Measurement(f"{name}, 100,000 detections", 1000 * seconds, "ms", budget)


def read_long_history() -> None:
    """Print the median seconds per URL, as JSON; runs inside the site."""
    client = signed_in_client()
    urls = {
        LATEST: "/offline/latest/",
        "page today": "/today/",
        "page history": "/history/",
        "page history, list": "/history/?view=list",
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
    # In a thread, as with gunicorn: lookups of request-local state are faster there than in a
    # management command.
    with ThreadPoolExecutor(max_workers=1) as thread:
        durations = thread.map(lambda path: median_seconds(client, path), urls.values())
        print(json.dumps(dict(zip(urls, durations, strict=True))))


def signed_in_client() -> object:
    """Return the browser of the site's only person."""
    from django.test import Client  # noqa: PLC0415 - inside the site

    from accounts.models import User  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    client.force_login(
        User.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def median_seconds(client: object, path: str) -> float:
    """Return the median seconds of a response."""
    durations = []
    for _ in range(CALLS):
        started = time.perf_counter()
        response = client.get(path)  # type: ignore[attr-defined]
        durations.append(time.perf_counter() - started)
        if response.status_code != HTTPStatus.OK:
            raise SystemExit(f"{path} answered {response.status_code}.")
    return statistics.median(durations)
