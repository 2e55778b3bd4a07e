"""Try to smuggle requests past proxies, and check that nobody's request becomes another's.

Usage: python -m integration_tests.smuggling [--only gunicorn nginx ...] [--trick TEXT]

Every trick of `proxies/tricks.py` is sent to gunicorn alone and through Debian's proxies, at once
and with its body late. Behind it somebody else asks for their profile: over the same connection
where there is no proxy, which is what a proxy could do that takes the whole trick for one request.
A trick is smuggled where that person is not answered as themselves, where the site counts a request
that the proxy did not pass on as one, or where the request appears in the attacker's diary.
"""

import itertools
import re
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from common.option_parsers import OneLineParser
from integration_tests.proxies.connections import (
    FIRST_ANSWER_WITHIN,
    Answer,
    connect,
    exchange,
)
from integration_tests.proxies.servers import PROXIES
from integration_tests.proxies.tricks import ABSORBED, HOST, OTHER_HOST, Attacker, Trick
from integration_tests.running_site import running_site
from integration_tests.site_client import SiteClient
from tests.pace import patience
from tests.sites import CREATE_SESSION, PRODUCTION, Site, migrated_database

ALONE = "gunicorn"
VICTIMS = "victims.example.org"
VICTIMS_LINE = "GET /api/v1/me/ HTTP/1.1"
VICTIM_ANSWERED_WITHIN = 5.0  # seconds on an idle machine
ACCESS_LOG = "%(m)s %(U)s from=%({x-forwarded-for}i)s agent=%({user-agent}i)s"
ARRIVED = re.compile(
    r"^[A-Z]+ (?P<path>\S+) from=(?P<sender>\S+) agent=(?P<agent>.*)$", re.MULTILINE
)
SMUGGLED, REFUSED, ANSWERED, SILENT = "SMUGGLED", "refused", "answered", "no answer"


@dataclass
class Attempt:
    """What became of a trick.

    Attributes:
        late: whether the body came after the answer to the head, or after a moment.
        findings: what must not happen and did.
    """

    trick: Trick
    late: bool
    status: int | None = None
    findings: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """One word for it."""
        if self.findings:
            return SMUGGLED
        if self.status is None:
            return SILENT
        return REFUSED if self.status in REFUSALS else ANSWERED


REFUSALS = {400, 408, 411, 413, 414, 417, 421, 422, 431, 501, 505}


PROXY_ERRORS = {502, 503, 504}


@dataclass
class Front:
    """A way to a site.

    Attributes:
        number, name: of the proxy, or `ALONE`.
        address: where requests are sent.
        attacker, victim: session tokens.
        attempts: what was tried here, by the label of the hidden request.
    """

    number: int
    name: str
    address: str
    attacker: str
    victim: str
    attempts: dict[str, Attempt] = field(default_factory=dict)

    def try_all(self, only: str) -> None:
        """Try every trick whose name contains a text."""
        tricks = [trick for trick in Attacker(self.attacker).tricks() if only in trick.name]
        for number, (trick, late) in enumerate(itertools.product(tricks, (False, True))):
            label = f"hidden-{self.number}{number:03}"
            self.attempts[label] = self.attempt(trick.labelled(label), late=late)

    def attempt(self, trick: Trick, *, late: bool) -> Attempt:
        """Send a trick and then a request of somebody else."""
        attempt = Attempt(trick, late)
        with connect(self.address) as connection:
            head, body = (trick.head, trick.body) if late else (trick.head + trick.body, b"")
            answer = exchange(connection, head, within=patience(FIRST_ANSWER_WITHIN))
            if body:
                answer += exchange(connection, body, within=patience(FIRST_ANSWER_WITHIN))
            attempt.status = answer.status
            if OTHER_HOST in answer.content:
                attempt.findings.append("the answer names another host")
            if self.name != ALONE:
                attempt.findings += self.follow()
            elif answer.open and answer.status and trick.is_one:
                following = self.ask_as_victim(connection)
                if following.content or following.open:  # it may have been closed meanwhile
                    attempt.findings += wrong(following)
        return attempt

    def follow(self) -> Iterator[str]:
        """Let somebody else come through the proxy, and yield what is wrong with their answer.

        They may have to come again where the site has closed the connection that was to be reused.
        """
        for _ in range(2):
            with connect(self.address) as connection:
                answer = self.ask_as_victim(connection)
            if answer.status not in PROXY_ERRORS:
                break
        yield from wrong(answer)

    def ask_as_victim(self, connection: socket.socket) -> Answer:
        """Ask for a profile."""
        request = (
            VICTIMS_LINE.encode() + b"\r\nHost: " + HOST + b"\r\nUser-Agent: victim\r\n"
            b"X-Forwarded-Proto: https\r\nX-Session-Token: " + self.victim.encode() + b"\r\n"
            b"X-Filler: " + b"a" * ABSORBED + b"\r\n\r\n"
        )
        return exchange(connection, request, within=patience(VICTIM_ANSWERED_WITHIN))


def wrong(answer: Answer) -> Iterator[str]:
    """Yield what is wrong with an answer to the victim."""
    if not is_own(answer):
        yield f"the next person got {answer.content[:60]!r}"


def is_own(answer: Answer) -> bool:
    """Tell whether the first answer is the victim's profile."""
    first = answer.content.partition(b"HTTP/1.1 ")[2].partition(b"HTTP/1.1 ")[0]
    return first.startswith(b"200 ") and VICTIMS.encode() in first


def requests_nobody_passed_on(log: str, fronts: list[Front]) -> Iterator[tuple[str, str]]:
    """Yield the labels of hidden requests that the site took for requests of their own.

    A request that a proxy has passed on has a sender. Without a proxy none has one, and a trick
    that contains several requests may be taken apart.
    """
    may_be_several = {
        label
        for front in fronts
        if front.name == ALONE
        for label, attempt in front.attempts.items()
        if not attempt.trick.is_one
    }
    for request in ARRIVED.finditer(log):
        if request["sender"] == "-" and request["agent"] not in may_be_several:
            yield request["agent"], f"the site counted a request to {request['path']}"


def stolen_requests(address: str, fronts: list[Front]) -> Iterator[tuple[str, str]]:
    """Yield the labels of hidden requests that ended in attackers' diaries, and what is there."""
    for front in fronts:
        client = SiteClient(f"http://{address}", {"X-Session-Token": front.attacker})
        for capture in client.captures().values():
            label, _, stolen = (capture["note"] or "").partition(" ")
            if VICTIMS_LINE in stolen:
                yield label, f"in the attacker's diary: {stolen[:60]!r}"


def table(fronts: list[Front]) -> Iterator[str]:
    """Yield the lines of a table of tricks and fronts in Markdown."""
    yield "| trick | " + " | ".join(front.name for front in fronts) + " |"
    yield "| --- |" + " --- |" * len(fronts)
    tricks = dict.fromkeys(attempt.trick.name for attempt in fronts[0].attempts.values())
    for name in tricks:
        cells = []
        for front in fronts:
            of_trick = [one for one in front.attempts.values() if one.trick.name == name]
            texts = [
                attempt.verdict if attempt.findings else f"{attempt.verdict} {attempt.status or ''}"
                for attempt in of_trick
            ]
            cells.append(", then ".join(dict.fromkeys(text.strip() for text in texts)))
        yield f"| {name} | " + " | ".join(cells) + " |"


def summary(fronts: list[Front]) -> Iterator[str]:
    """Yield the lines of a table of fronts and verdicts in Markdown."""
    verdicts = (REFUSED, ANSWERED, SILENT, SMUGGLED)
    yield "| | " + " | ".join(verdicts) + " |"
    yield "| --- |" + " --- |" * len(verdicts)
    for front in fronts:
        counts = Counter(attempt.verdict for attempt in front.attempts.values())
        yield f"| {front.name} | " + " | ".join(str(counts[verdict]) for verdict in verdicts) + " |"


def try_fronts(names: list[str], *, trick: str = "") -> list[Front]:
    """Try the tricks whose names contain a text at several fronts of one site, side by side."""
    Site(Path("/"), migrated_database(), PRODUCTION).manage(
        "collectstatic", "--no-input", "--verbosity=0"
    )
    settings = {"GUNICORN_CMD_ARGS": f"--threads 16 --access-logformat '{ACCESS_LOG}'"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running, _ = stack.enter_context(running_site(folder / "site", **settings))
        fronts = []
        sessions = create_sessions(running.site, len(names))
        for number, name in enumerate(names):
            address = running.address
            if name != ALONE:
                proxy = PROXIES[name].running(folder / str(number), running.address)
                address, _process = stack.enter_context(proxy)
            fronts.append(Front(number, name, address, *sessions[number]))
        with ThreadPoolExecutor(len(fronts)) as threads:
            for done in [threads.submit(front.try_all, trick) for front in fronts]:
                done.result()
        log = (running.site.folder / "served.log").read_text(errors="replace")
        attempts = {label: one for front in fronts for label, one in front.attempts.items()}
        for label, finding in [
            *requests_nobody_passed_on(log, fronts),
            *stolen_requests(running.address, fronts),
        ]:
            if label in attempts:
                attempts[label].findings.append(finding)
        return fronts


def create_sessions(site: Site, count: int) -> list[tuple[str, str]]:
    """Return session tokens of so many attackers and victims."""
    emails = [
        email
        for number in range(count)
        for email in (f"{number}@attackers.example.org", f"{number}@{VICTIMS}")
    ]
    people = f"from tests import factories\nfor email in {emails}: factories.person(email)\n"
    tokens = site.python(people + "".join(map(CREATE_SESSION.format, emails))).split()
    tokens = tokens[-len(emails) :]
    return list(zip(tokens[::2], tokens[1::2], strict=True))


def main() -> int:
    """Try tricks and return 1 if one is smuggled."""
    parser = OneLineParser(description="Try to smuggle requests past proxies.")
    names = [ALONE, *PROXIES]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--trick", default="", help="a part of the names of tricks")
    options = parser.parse_args()
    missing = {
        PROXIES[name].package
        for name in options.only
        if name != ALONE and not PROXIES[name].executable
    }
    if missing:
        sys.exit(f"Expected Debian's packages {', '.join(sorted(missing))}, found none of them.")
    fronts = try_fronts(options.only, trick=options.trick)
    print(*table(fronts), "", *summary(fronts), "", sep="\n")
    smuggled = 0
    for front in fronts:
        for attempt in front.attempts.values():
            for finding in attempt.findings:
                smuggled += 1
                when = "body late" if attempt.late else "at once"
                print(f"VIOLATION: {front.name}, {attempt.trick.name} ({when}): {finding}")
    return int(smuggled > 0)


if __name__ == "__main__":
    sys.exit(main())
