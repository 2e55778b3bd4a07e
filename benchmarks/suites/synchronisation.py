"""Benchmarks of what an app needs for its copy of the demonstration year."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus

from benchmarks.suites.common import Measurement, Workspace
from tests.sites import installed_site

CALLS = 9
ASKED = 20  # times a call, since one answer takes few ticks of the clock
EXPORTED = 810  # moments, to which the time of the export is scaled


def synchronisation(workspace: Workspace) -> Iterator[Measurement]:
    """Measure the feed of changes and the export, for the demonstration account."""
    folder = workspace.folder / "synchronisation"
    folder.mkdir()
    with installed_site(folder) as site:
        site.manage("seed_demo")
        output = site.python(
            "from benchmarks.suites import synchronisation; synchronisation.measure_demonstration()"
        )
    measured = json.loads(output.splitlines()[-1])
    yield Measurement("row of changes against one of the list", measured["row"], "x", 1.2)
    yield Measurement("sync of the demonstration year, processor", measured["seconds"], "s", 1)
    yield Measurement("its answers, compressed", measured["bytes"] / 1000, "KB", 120)
    yield Measurement("answer that nothing changed, processor", measured["same"] * 1000, "ms", 5)
    yield Measurement(f"export of {EXPORTED} moments, processor", measured["export"], "s", 0.5)


def measure_demonstration() -> None:
    """Print what was measured as JSON; runs inside the site."""
    from django.test import Client  # noqa: PLC0415 - inside the site

    from accounts.models import User  # noqa: PLC0415
    from accounts.tokens.services import create_token  # noqa: PLC0415
    from emotions.demo import EMAIL  # noqa: PLC0415
    from emotions.models import Capture  # noqa: PLC0415
    from emotions.transfer.exports import build_archive  # noqa: PLC0415

    owner = User.objects.get(email=EMAIL)
    _, secret = create_token(person=owner, name="benchmark", scope="read")
    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "gzip"}
    client = Client(SERVER_NAME="localhost", headers=headers)

    def read(path: str) -> int:
        return len(client.get(path).content)

    def sync() -> int:
        """Read everything there is, and return how many bytes that took."""
        size, cursor, more = 0, "", True
        while more:
            response = client.get(f"/api/v1/changes/?page_size=200{cursor}")
            size += len(response.content)
            page = json.loads(gzip.decompress(response.content))
            cursor, more = f"&cursor={page['cursor']}", page["more"]
        return size

    capture = f"/api/v1/captures/{Capture.objects.of(owner).latest('sequence').uuid}/"
    seen = {"If-None-Match": client.get(capture)["ETag"]}

    def ask_again() -> None:
        for _ in range(ASKED):
            assert client.get(capture, headers=seen).status_code == HTTPStatus.NOT_MODIFIED  # noqa: S101

    def export() -> None:
        for _ in build_archive(owner=owner):
            pass

    feed, history = "/api/v1/changes/?page_size=200", "/api/v1/captures/?page_size=200"
    row = processor_seconds(lambda: read(feed)) / processor_seconds(lambda: read(history))
    share = EXPORTED / Capture.objects.of(owner).count()
    measured = {
        "row": row,
        "seconds": processor_seconds(sync),
        "bytes": sync(),
        "same": processor_seconds(ask_again) / ASKED,
        "export": share * processor_seconds(export),
    }
    print(json.dumps(measured))


def processor_seconds(function: Callable[[], object]) -> float:
    """Return the processor time of the quickest call; what else runs only adds to it."""
    durations = []
    for _ in range(CALLS):
        started = time.process_time()
        function()
        durations.append(time.process_time() - started)
    return min(durations)
