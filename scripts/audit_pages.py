"""Hold the pages to Lighthouse's mobile profile, to their weight and to standing still.

Usage: make lighthouse, or python -m scripts.audit_pages [NAME ...]

The site is one of its own, as production serves it, with the demonstration year and one portrait.
Prints a table and returns 1 where a page misses a budget. Run it on a quiet machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from tests import pictures
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.sites import PRODUCTION, ROOT, create_session, installed_site, serve

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
PERFORMANCE, FLAWLESS = 95, 100  # of 100
HEAVIEST = 150_000  # bytes, without photos
MOST_SHIFT = 0.0
GOOD = 0.9  # from where Lighthouse calls a part of its score good


@dataclass(frozen=True)
class Audit:
    """What Lighthouse found on one page."""

    page: str
    performance: int
    accessibility: int
    best_practices: int
    paint: float
    """Seconds until the largest part is there, on a slow phone and line."""
    shift: float
    weight: int
    """Bytes on the line, without photos."""
    complaints: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Tell whether every budget is met."""
        return (
            self.performance >= PERFORMANCE
            and self.accessibility == self.best_practices == FLAWLESS
            and self.shift <= MOST_SHIFT
            and self.weight <= HEAVIEST
        )


def audit(name: str, address: str, session: str, folder: Path) -> Audit:
    """Run Lighthouse on one page."""
    headers = {"X-Forwarded-Proto": "https"}
    if session:
        headers["Cookie"] = f"sessionid={session}"
    report = folder / f"{name}.json"
    command = [
        *(str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--output-path={report}"),
        "--only-categories=performance,accessibility,best-practices",
        f"--extra-headers={json.dumps(headers)}",
        f"--chrome-flags={' '.join(['--headless=new', *ARGUMENTS])}",
    ]
    environment = {**os.environ, "CHROME_PATH": chromium_path()}
    if subprocess.run(command, check=False, env=environment).returncode:
        # Now and then it misses the start of a page and asks to be run again.
        subprocess.run(command, check=True, env=environment)
    told: dict[str, Any] = json.loads(report.read_text())
    if told["finalDisplayedUrl"] != address:
        raise RuntimeError(f"{address} led to {told['finalDisplayedUrl']}.")
    scores = {key: round(part["score"] * 100) for key, part in told["categories"].items()}
    audits = told["audits"]
    loaded = audits["network-requests"]["details"]["items"]
    return Audit(
        page=name,
        performance=scores["performance"],
        accessibility=scores["accessibility"],
        best_practices=scores["best-practices"],
        paint=audits["largest-contentful-paint"]["numericValue"] / 1000,
        shift=round(audits["cumulative-layout-shift"]["numericValue"], 3),
        weight=sum(one["transferSize"] for one in loaded if not is_photo(one)),
        complaints=tuple(complaints(told)),
    )


def is_photo(request: dict[str, Any]) -> bool:
    """Tell whether a request fetched one of the person's own pictures."""
    return "/captures/" in request["url"] and request.get("resourceType") == "Image"


def complaints(report: dict[str, Any]) -> Iterator[str]:
    """Yield what costs a page points, by the identifier that Lighthouse gives it."""
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            score = report["audits"][reference["id"]]["score"]
            if reference["weight"] and score is not None and score < GOOD:
                yield reference["id"]


def row(audit: Audit) -> str:
    """Return a page's line of the table, in Markdown."""
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
    """Audit every page, or those that are named."""
    chosen = sys.argv[1:] or [*PUBLIC, *PERSONAL]
    with tempfile.TemporaryDirectory() as scratch, installed_site(Path(scratch)) as site:
        site.manage("seed_demo")
        site.settings.update(PRODUCTION)
        site.manage("collectstatic", "--no-input", "--verbosity=0")
        session = create_session(site, EMAIL)
        print("| page | performance | accessibility | best practices | LCP | CLS | weight |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        results = []
        with serve(site) as address:
            requests.post(
                f"{address}/api/v1/captures/",
                headers={"X-Session-Token": session, "X-Forwarded-Proto": "https"},
                files={"photo": pictures.astronaut_jpeg()},
                data={"uuid": str(PORTRAIT)},
                timeout=30,
            ).raise_for_status()
            for name in chosen:
                path = {**PUBLIC, **PERSONAL}[name]
                person = session if name in PERSONAL else ""
                results.append(audit(name, f"{address}{path}", person, Path(scratch)))
                print(row(results[-1]), flush=True)
    for result in results:
        if not result.good:
            print(f"{result.page} misses a budget: {', '.join(result.complaints) or 'see above'}.")
    return int(not all(result.good for result in results))


if __name__ == "__main__":
    sys.exit(main())
