"""Benchmark of the size of a deployment."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.suites.common import ROOT, Measurement, Workspace

BUDGET = 250
"""MB, compressed; Heroku's limit is 500."""


def slug(_: Workspace) -> Iterator[Measurement]:
    """Measure the compressed slug that Heroku would build of the last commit."""
    process = subprocess.run(
        [ROOT / "scripts" / "slug-size"], stdout=subprocess.PIPE, check=False, text=True
    )
    name, *_, total, _unit = process.stdout.splitlines()[-1].split()
    if name != "total":
        sys.exit("scripts/slug-size failed.")
    yield Measurement("slug", float(total), "MB", BUDGET)
