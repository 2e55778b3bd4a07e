"""Check pages against budgets for Lighthouse's scores on mobile, page weight and layout shift.

Usage: make lighthouse [PAGES="landing today"], or python -m scripts.audit_pages [NAME ...]

The site is a temporary one with production settings, the demonstration data and one portrait.
It speaks HTTPS itself, because Chromium fetches service workers, and style sheets once more,
without the headers that Lighthouse adds: sent on to HTTPS where nobody speaks it, it waits.

Prints a table, and returns 1 if a page misses a budget. Run it on an idle machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from werkzeug.serving import make_ssl_devcert

from integration_tests.site_client import SESSION
from scripts.pages import chosen_pages
from tests import pictures
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.pace import wait_until
from tests.sites import (
    PRODUCTION,
    ROOT,
    Site,
    create_session,
    free_address,
    installed_site,
    start_gunicorn,
)

LIGHTHOUSE = ROOT / "scripts" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
EMAIL = "demo@example.org"
PORTRAIT = uuid.UUID(int=1)
PUBLIC = {"landing": "/", "sign-up": "/accounts/signup/", "model": "/model/"}
PERSONAL = {
    "today": "/today/",
    "history": "/history/",
    "capture": "/capture/",
    "result": f"/captures/{PORTRAIT}/",
    "trends": "/trends/",
    "year": f"/trends/{datetime.now(UTC).year}/",
    "review": f"/review/week/{datetime.now(UTC).date()}/",
    "words": "/words/",
    "settings": "/settings/",
    "reminders": "/reminders/",
    "data": "/data/",
}
MIN_PERFORMANCE, MIN_OTHER_SCORES = 95, 100  # of 100
MAX_WEIGHT = 150_000  # bytes, without photos
MAX_SHIFT = 0.0
GOOD_SCORE = 0.9  # Lighthouse's threshold


@dataclass(frozen=True)
class Audit:
    """Lighthouse's results for one page."""

    page: str
    performance: int
    accessibility: int
    best_practices: int
    paint: float
    """Largest contentful paint in seconds, on a slow phone and connection."""
    shift: float
    weight: int
    """Transferred bytes, without photos."""
    failed_audits: tuple[str, ...]

    @property
    def within_budget(self) -> bool:
        """Whether every budget is met."""
        return (
            self.performance >= MIN_PERFORMANCE
            and self.accessibility == self.best_practices == MIN_OTHER_SCORES
            and self.shift <= MAX_SHIFT
            and self.weight <= MAX_WEIGHT
        )


def audit(name: str, address: str, session: str, folder: Path) -> Audit:
    """Run Lighthouse on one page."""
    headers = {"Cookie": f"{SESSION}={session}"} if session else {}
    report = folder / f"{name}.json"
    command = [
        *(str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--output-path={report}"),
        "--only-categories=performance,accessibility,best-practices",
        f"--extra-headers={json.dumps(headers)}",
        f"--chrome-flags={' '.join(['--headless', '--ignore-certificate-errors', *ARGUMENTS])}",
    ]
    environment = {**os.environ, "CHROME_PATH": chromium_path()}
    if subprocess.run(command, check=False, env=environment).returncode:
        # Now and then it misses the start of a page and asks to be run again.
        subprocess.run(command, check=True, env=environment)
    result: dict[str, Any] = json.loads(report.read_text())
    if result["finalDisplayedUrl"] != address:
        raise RuntimeError(f"{address} redirected to {result['finalDisplayedUrl']}.")
    scores = {key: round(part["score"] * 100) for key, part in result["categories"].items()}
    audits = result["audits"]
    loaded = audits["network-requests"]["details"]["items"]
    return Audit(
        page=name,
        performance=scores["performance"],
        accessibility=scores["accessibility"],
        best_practices=scores["best-practices"],
        paint=audits["largest-contentful-paint"]["numericValue"] / 1000,
        shift=round(audits["cumulative-layout-shift"]["numericValue"], 3),
        weight=sum(one["transferSize"] for one in loaded if not is_photo(one)),
        failed_audits=tuple(failed_audits(result)),
    )


@contextmanager
def serve_over_tls(site: Site) -> Iterator[tuple[str, str]]:
    """Serve a site with a certificate of its own; yield its URL and the file of the certificate."""
    certificate, key = make_ssl_devcert(str(site.folder / "tls"), host="localhost")
    place = free_address()
    server = start_gunicorn(
        site,
        place,
        GUNICORN_CMD_ARGS=f"--certfile={certificate} --keyfile={key} --worker-class=gthread",
    )
    address = place.replace("127.0.0.1", "https://localhost")

    def is_ready() -> bool:
        try:
            return requests.get(f"{address}/readyz", verify=certificate, timeout=30).ok
        except requests.ConnectionError:
            return False

    try:
        wait_until(is_ready, seconds=30)
        yield address, certificate
    finally:
        server.terminate()
        server.wait()


def is_photo(request: dict[str, Any]) -> bool:
    """Return whether a request fetched one of the person's own pictures."""
    return "/captures/" in request["url"] and request.get("resourceType") == "Image"


def failed_audits(report: dict[str, Any]) -> Iterator[str]:
    """Yield the IDs of audits that lower a score."""
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            score = report["audits"][reference["id"]]["score"]
            if reference["weight"] and score is not None and score < GOOD_SCORE:
                yield reference["id"]


def row(audit: Audit) -> str:
    """Return a page's row of the Markdown table."""
    cells = (
        audit.page,
        audit.performance,
        audit.accessibility,
        audit.best_practices,
        f"{audit.paint:.1f} s",
        f"{audit.shift:.3f}",
        f"{audit.weight / 1000:.0f} KB",
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def main() -> int:
    """Audit all pages, or those named."""
    chosen = chosen_pages("Lighthouse's scores of pages.", [*PUBLIC, *PERSONAL])
    with tempfile.TemporaryDirectory() as scratch, installed_site(Path(scratch)) as site:
        site.manage("seed_demo")
        site.settings.update(PRODUCTION, ALLOWED_HOSTS="localhost")
        site.manage("collectstatic", "--no-input", "--verbosity=0")
        session = create_session(site, EMAIL)
        print("| page | performance | accessibility | best practices | LCP | CLS | weight |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        results = []
        with serve_over_tls(site) as (address, certificate):
            requests.post(
                f"{address}/api/v1/captures/",
                headers={"X-Session-Token": session},
                files={"photo": pictures.astronaut_jpeg()},
                data={"uuid": str(PORTRAIT)},
                verify=certificate,
                timeout=30,
            ).raise_for_status()
            for name in chosen:
                path = {**PUBLIC, **PERSONAL}[name]
                person = session if name in PERSONAL else ""
                results.append(audit(name, f"{address}{path}", person, Path(scratch)))
                print(row(results[-1]), flush=True)
    for result in results:
        if not result.within_budget:
            print(
                f"{result.page} misses a budget: {', '.join(result.failed_audits) or 'see above'}."
            )
    return int(not all(result.within_budget for result in results))


if __name__ == "__main__":
    sys.exit(main())
