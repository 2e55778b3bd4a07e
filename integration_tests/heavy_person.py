"""Fill every quota of one person, let them ask for all they can, and see what others feel.

Usage: python -m integration_tests.heavy_person [--moments 100000] [--seconds 30]

The heavy person has 2,000 tags, 20,000 moments on one day and the others in the month before it.
First each of their own pages is read a few times while nothing else runs; the processor time that
the site takes for it is counted too, which a busy machine changes less. Then another person reads
Today, in turns alone and while the heavy one has ten requests for charts and sixteen imports under
way without pause, as quickly as they are answered. nginx stands in front, where it is installed,
and a worker runs.

Fails where a page of the heavy person takes longer than 500 ms, or the other one's Today more than
1.5 times as long as alone, both at the median.
"""

import io
import itertools
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from common.option_parsers import OneLineParser
from integration_tests.proxies.bystanders import descendants
from integration_tests.site_client import SiteClient
from tests import nginx
from tests.sites import PRODUCTION, Site, create_session, installed_site, serve, worker

HEAVY, OTHER = "heavy@example.org", "other@example.org"
OWN_BUDGET, OTHERS_BUDGET = 0.5, 1.5
"""Seconds for a page of the heavy person's, and by what Today of others may be slower."""
HEAVY_ADDRESS, OTHER_ADDRESS = "198.51.100.1", "203.0.113.1"
"""As nginx counts by address, and people are not all at the same one."""
CHART_CLIENTS, IMPORT_CLIENTS = 10, 16
LOWEST_PRIORITY = 19
WORKER_PRIORITY = 10
"""The niceness that stands for `CPUWeight=10` of the worker's unit."""
ROUNDS = 3
"""Times that Today is measured alone and then beside the heavy person."""
READS = 5
"""Times that each page of the heavy person is read."""
LIMITS = {
    "PAGE_LIMIT": "300/m",
    "CHART_LIMIT": "60/m",
    "API_LIMIT_PERSON": "600/m",
    "API_LIMIT_CAPTURE": "120/m",
    "QUOTA_MOMENTS_A_DAY": "500",
    "QUOTA_HEAVY_AT_ONCE": "4",
}
"""The defaults, which sites of tests otherwise lift."""

FILL = """
import random, uuid
from datetime import timedelta
from django.utils import timezone
from emotions.models import Capture, Detection, Tag
from ml.emotions import EMOTIONS
from ml.registry import active_version
from tests import factories

heavy = factories.person("{heavy}")
other = factories.person("{other}")
chance, now, version = random.Random(1), timezone.now(), active_version()
tags = Tag.objects.bulk_create(Tag(owner=heavy, name=f"tag {{n}}") for n in range(2000))

def fill(owner, moments):
    sequence = 0
    for begin in range(0, len(moments), 5000):
        captures = Capture.objects.bulk_create(
            Capture(
                owner=owner, uuid=uuid.uuid4(), sequence=begin + n + 1, source="import",
                taken_at=at, time_zone="UTC", local_date=at.date(), kept="nothing",
                felt=chance.choice([None, None, *map(str, EMOTIONS)]),
                note="A note that says what was going on. " * 4 if chance.random() < 0.5 else "",
            )
            for n, at in enumerate(moments[begin : begin + 5000])
        )
        detections = []
        for capture in captures:
            shares = [chance.random() for _ in EMOTIONS]
            shares = [share / sum(shares) for share in shares]
            detections.append(Detection(
                capture=capture, model_version=version, x=0, y=0, width=9, height=9, is_me=True,
                emotion=str(EMOTIONS[shares.index(max(shares))]), confidence=max(shares),
                unsure=False, **Detection.probability_columns(shares),
            ))
        Detection.objects.bulk_create(detections)
        if owner == heavy:
            Through = Capture.tags.through
            Through.objects.bulk_create(
                Through(capture=capture, tag=tag)
                for capture in captures for tag in chance.sample(tags, 3)
            )
    owner.sequence = len(moments)
    owner.save(update_fields=["sequence"])

today = now.replace(hour=0, minute=0, second=0, microsecond=0)
day = max((now - today).total_seconds(), 60)
of_today = [today + timedelta(seconds=day * n / 20000) for n in range(20000)]
before = [today - timedelta(days=30 * chance.random()) for _ in range({moments} - 20000)]
fill(heavy, sorted(before) + of_today)
fill(other, sorted(now - timedelta(hours=8 * n) for n in range(300)))
print("filled", today.date())
"""
PAGES = [
    *(
        "/today/",
        "/days/{day}/?page=300",
        "/history/",
        "/history/?view=list",
        "/history/?view=list&month={year}-03&page=20",
    ),
    *("/history/?tag=tag+7", "/trends/", "/trends/?by=month&first={year}-01-01"),
    *("/trends/tags.csv", "/trends/{year}/", "/review/week/{day}/", "/review/month/{day}/"),
    *("/words/", "/settings/", "/agreement/"),
    *("/api/v1/today/", "/api/v1/patterns/", "/api/v1/tags/", "/api/v1/captures/"),
]


def timed(client: SiteClient, path: str) -> tuple[float, int]:
    """Return how many seconds a response took, and its status."""
    began = time.monotonic()
    status = client.get(path).status_code
    return time.monotonic() - began, status


def history_file(entries: int) -> bytes:
    """Return an archive with so many entries that nobody has yet, each with twenty tags."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = (
            json.dumps(
                {
                    "uuid": str(uuid.uuid4()),
                    "source": "manual",
                    "taken_at": "2026-03-14T08:30:00+00:00",
                    "time_zone": "UTC",
                    "mood": 3,
                    "tags": [f"tag {n * entry % 2000}" for n in range(1, 21)],
                }
            )
            for entry in range(entries)
        )
        archive.writestr("captures.json", "[\n" + ",\n".join(lines) + "\n]\n")
    return content.getvalue()


class HeavyPerson(multiprocessing.Process):
    """Asks for charts and sends imports without pause, until `stop` is set."""

    def __init__(self, address: str, session: str, history: bytes) -> None:
        super().__init__(daemon=True)
        self.address, self.session, self.history = address, session, history
        self.stop = multiprocessing.Event()
        self.answers: multiprocessing.Queue[Counter[str]] = multiprocessing.Queue()

    def run(self) -> None:
        """Send requests from as many threads as there are clients."""
        os.nice(LOWEST_PRIORITY)
        statuses: Counter[str] = Counter()
        asked = ["charts"] * CHART_CLIENTS + ["imports"] * IMPORT_CLIENTS
        threads = [
            threading.Thread(target=self.ask, args=[what, statuses], daemon=True) for what in asked
        ]
        for thread in threads:
            thread.start()
        self.stop.wait()
        for thread in threads:
            thread.join(timeout=90)
        self.answers.put(statuses)

    def ask(self, what: str, statuses: Counter[str]) -> None:
        """Send one request after the other, and count what is answered."""
        browser = SiteClient.with_session(self.address, self.session)
        app = SiteClient.with_app(self.address, self.session)
        for client in (browser, app):
            client.session.headers["X-Forwarded-For"] = HEAVY_ADDRESS
        while not self.stop.is_set():
            try:
                if what == "charts":
                    response = browser.get("/trends/")
                else:
                    file = {"file": ("history.zip", self.history)}
                    response = app.request("POST", "/api/v1/me/import/", files=file)
                statuses[f"{what} {response.status_code}"] += 1
            except requests.RequestException:
                statuses[f"{what} without an answer"] += 1


@contextmanager
def busy(person: HeavyPerson) -> Iterator[Counter[str]]:
    """Let a person ask for all they can meanwhile; in the end, yield how they were answered."""
    answers: Counter[str] = Counter()
    person.start()
    try:
        yield answers
    finally:
        person.stop.set()
        answers.update(person.answers.get(timeout=120))
        person.join()


def measure_today(client: SiteClient, seconds: float) -> list[float]:
    """Read Today for some seconds, now and then as people do; return how long each took."""
    durations, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        duration, status = timed(client, "/today/")
        if status != requests.codes.ok:
            raise SystemExit(f"Expected Today of the other person, received {status}.")
        durations.append(duration)
        time.sleep(0.25)
    return durations


def summary(durations: list[float]) -> str:
    ordered = sorted(durations)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return f"p50 {1000 * statistics.median(ordered):.0f} ms, p95 {1000 * p95:.0f} ms"


def processor_seconds() -> float:
    """Return the processor time that the processes which this one started have taken."""
    ticks = 0
    for process in descendants(os.getpid())[1:]:
        columns = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = columns.split()[11:13]
        ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


def read_own_pages(client: SiteClient, day: str) -> bool:
    """Read the pages of the heavy person and return whether all are within their budget."""
    within = True
    for page in PAGES:
        path = page.format(day=day, year=day[:4])
        timed(client, path)
        before = processor_seconds()
        reads = [timed(client, path) for _ in range(READS)]
        taken = (processor_seconds() - before) / READS
        median = statistics.median(duration for duration, _ in reads)
        statuses = {status for _, status in reads}
        print(
            f"{path:<40} {1000 * median:6.0f} ms, of the processor {1000 * taken:4.0f} ms, "
            f"{', '.join(map(str, statuses))}",
            flush=True,
        )
        within = within and median <= OWN_BUDGET and statuses == {200}
    return within


@contextmanager
def proxied(site: Site, folder: Path, **settings: str) -> Iterator[str]:
    """Serve a site, behind nginx where it is installed."""
    with serve(site, **settings) as address:
        if nginx.program() is None:
            yield address
            return
        with nginx.nginx_before(folder, address.removeprefix("http://")) as proxy:
            yield f"http://{proxy}"


def main() -> int:
    """Measure, and return 1 if a budget is missed."""
    parser = OneLineParser(description="Let one person be as heavy as they can.")
    parser.add_argument("--moments", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=30, help="of each part of a round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, installed_site(Path(name)) as site:
        site.settings = {**PRODUCTION, "API_LIMIT_ADDRESS": "1000000/m"}
        site.manage("collectstatic", "--no-input", "--verbosity=0")
        fill = FILL.format(heavy=HEAVY, other=OTHER, moments=options.moments)
        day = site.python(fill).split()[-1]
        heavy_key, other_key = (create_session(site, email) for email in (HEAVY, OTHER))
        with serve(site) as address:
            own = read_own_pages(SiteClient.with_session(address, heavy_key), day)
        with (
            proxied(site, Path(name), **LIMITS) as address,
            worker(site, niceness=WORKER_PRIORITY),
        ):
            other = SiteClient.with_session(address, other_key)
            other.session.headers["X-Forwarded-For"] = OTHER_ADDRESS
            history = history_file(20_000)
            measure_today(other, 3)
            alone: list[float] = []
            beside: list[float] = []
            statuses: Counter[str] = Counter()
            for _ in itertools.repeat(None, ROUNDS):
                alone += measure_today(other, options.seconds / 2)
                with busy(HeavyPerson(address, heavy_key, history)) as answers:
                    beside += measure_today(other, options.seconds)
                statuses += answers
    ratio = statistics.median(beside) / statistics.median(alone)
    print("the heavy person:", dict(sorted(statuses.items())))
    print(f"Today of another person: {summary(beside)}; alone {summary(alone)}; {ratio:.2f} times")
    return int(not own or ratio > OTHERS_BUDGET)


if __name__ == "__main__":
    sys.exit(main())
