"""Flood a site in ways that cost the sender nothing, and measure what others feel meanwhile.

Usage: python -m integration_tests.floods [--only gunicorn nginx] [--floods NAME ...]
       [--counts 10 200 2000] [--seconds 8]

Each flood meets gunicorn alone and gunicorn behind nginx with the configuration of the guide. It
comes from one address, and behind nginx also from one for each connection, which limits for an
address do not stop. Somebody at another address asks for `/healthz`, reads Today and records how
they feel, ten times a second, each time over a new connection; whoever is not answered within 10 s
counts as an error. Fails if somebody behind nginx gets an error.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from common.option_parsers import OneLineParser
from integration_tests.proxies.bystanders import (
    MEGABYTE,
    Bystanders,
    Costs,
    Feeling,
    costs_sampled,
    descendants,
)
from integration_tests.proxies.floods import Flood, flooding, floods
from integration_tests.proxies.servers import PROXIES
from integration_tests.running_site import READY_TIMEOUT, RunningSite, running_site
from tests.sites import PRODUCTION, Site, wait_until_ready

ALONE, GUARDED = "gunicorn", "nginx"
SETTLE = 3.0  # seconds until a flood is there
MAX_BODIES = 30
"""Connections that send large bodies: all others could fill the disk of whoever tries this."""
QUIET = "nobody"


@dataclass
class Result:
    """What a flood did.

    Attributes:
        front, text, count, many: the server, the flood, its connections, and whether each has an
            address of its own.
        closed: how many times the server closed or refused a connection of the flood.
    """

    front: str
    text: str
    count: int
    many: bool
    feelings: dict[str, Feeling]
    costs: Costs
    closed: int

    @property
    def errors(self) -> int:
        """How many requests of others failed."""
        return sum(feeling.errors for feeling in self.feelings.values())

    def row(self) -> str:
        """Return a row of the table."""
        addresses = ("one each" if self.many else "one") if self.count else ""
        times = [
            f"{1000 * feeling.percentile(50):,.0f} / {1000 * feeling.percentile(99):,.0f}"
            for feeling in self.feelings.values()
        ]
        asked = sum(len(feeling.durations) for feeling in self.feelings.values())
        cells = (
            *(self.front, self.text, f"{self.count:,}", addresses, *times),
            f"{self.errors} of {asked}",
            f"{self.costs.memory / MEGABYTE:,.0f} MB",
            f"{self.costs.disk / MEGABYTE:,.0f} MB",
            f"{self.closed:,}",
        )
        return f"| {' | '.join(cells)} |"


HEADER = (
    "| server | flood | connections | addresses | `/healthz` p50 / p99 ms | Today | capture "
    "| errors | memory | temporary files | closed |\n" + "| --- " * 11 + "|"
)


@dataclass
class Stage:
    """A site whose workers are started anew for every flood."""

    running: RunningSite
    session: str
    folder: Path
    seconds: float
    runs: int = 0

    def meet(self, front: str, flood: Flood | None, count: int, *, many: bool) -> Result:
        """Let a flood, or nobody, come while others use the site."""
        self.runs += 1
        self.running.kill(with_master=False)
        wait_until_ready(f"http://{self.running.address}", seconds=READY_TIMEOUT)
        scratch = self.folder / str(self.runs)
        with ExitStack() as stack:
            address, pids = self.running.address, [self.running.process.pid]
            if front == GUARDED:
                address, proxy = stack.enter_context(
                    PROXIES[front].running(scratch, self.running.address)
                )
                pids.append(proxy.pid)
            others = Bystanders(address, self.session)
            others.feel(1)  # the first requests of a process take longer
            costs = stack.enter_context(
                costs_sampled(lambda: [one for pid in pids for one in descendants(pid)], scratch)
            )
            if flood is None:
                return Result(front, QUIET, 0, many, others.feel(self.seconds), costs, 0)
            with flooding(flood, address, count, many=many) as outcome:
                time.sleep(SETTLE)
                feelings = others.feel(self.seconds)
            return Result(front, flood.text, count, many, feelings, costs, outcome.closed)


def large_file() -> str:
    """Return the path of the largest static file."""
    folder = Site(Path("/"), "sqlite:////none", PRODUCTION).root / "staticfiles"
    largest = max(folder.rglob("*.js"), key=lambda path: path.stat().st_size)
    return f"/static/{largest.relative_to(folder)}"


def flood_fronts(
    fronts: list[str], names: list[str], counts: list[int], seconds: float
) -> Iterator[Result]:
    """Yield the result of each flood at each server."""
    Site(Path("/"), "sqlite:////none", PRODUCTION).manage(
        "collectstatic", "--no-input", "--verbosity=0"
    )
    known = floods(large_file())
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder) / "site") as (running, headers),
    ):
        stage = Stage(running, headers["X-Session-Token"], Path(folder), seconds)
        for front in fronts:
            yield stage.meet(front, None, 0, many=False)
            for name in names:
                limit = MAX_BODIES if known[name].size else max(counts)
                for count in sorted({min(count, limit) for count in counts}):
                    for many in (False, True) if front == GUARDED else (False,):
                        yield stage.meet(front, known[name], count, many=many)


def main() -> int:
    """Flood the servers and return 1 if somebody behind nginx gets an error."""
    parser = OneLineParser(description="Flood a site and measure what others feel.")
    fronts, names = [ALONE, GUARDED], list(floods(""))
    parser.add_argument("--only", nargs="+", choices=fronts, default=fronts, metavar="SERVER")
    parser.add_argument("--floods", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--counts", nargs="+", type=int, default=[10, 200, 2000])
    parser.add_argument("--seconds", type=float, default=8, help="for which others are watched")
    options = parser.parse_args()
    if GUARDED in options.only and not PROXIES[GUARDED].executable:
        sys.exit(f"Expected Debian's package {PROXIES[GUARDED].package}, found none.")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(HEADER)
    hurt = []
    for result in flood_fronts(options.only, options.floods, options.counts, options.seconds):
        print(result.row(), flush=True)
        if result.front == GUARDED and result.errors:
            hurt.append(result)
    for result in hurt:
        print(f"VIOLATION: {result.errors} errors behind {result.front} during: {result.text}")
    return int(bool(hurt))


if __name__ == "__main__":
    sys.exit(main())
