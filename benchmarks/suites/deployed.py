"""What is sent to a server."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.suites.common import ROOT, Measured, Stage

LIMIT = 250
"""MB, gzipped; Heroku takes 500."""


def slug(_: Stage) -> Iterator[Measured]:
    """Weigh what Heroku's buildpacks would put together of the last commit, gzipped."""
    told = subprocess.run(
        [ROOT / "scripts" / "slug-size"], stdout=subprocess.PIPE, check=False, text=True
    )
    name, *_, total, _unit = told.stdout.splitlines()[-1].split()
    if name != "total":
        sys.exit("scripts/slug-size failed.")
    yield Measured("slug", float(total), "MB", LIMIT)
