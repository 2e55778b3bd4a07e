"""Write down the public surface of a commit, or compare it with that of this checkout.

Usage: python -m integration_tests.public_surface [--of COMMIT | --against COMMIT]

The surface is what people, apps, scripts and administrators rely on: addresses and their names, the
document of the API without its texts, management commands and their options, settings and the
environment that they are read from, tables, and the formats of exports, backups and models. It is
printed as JSON; --against prints what differs instead, and fails where anything does.
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from common.option_parsers import OneLineParser
from integration_tests.checkouts import checkout, probe
from integration_tests.differences import differences
from tests.pictures import astronaut_jpeg
from tests.sites import ROOT, Site


def surface(root: Path) -> dict[str, Any]:
    """Return the public surface of a checkout."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        photo = folder / "photo.jpg"
        photo.write_bytes(astronaut_jpeg())
        site = Site(folder, f"sqlite:///{folder}/db.sqlite3", root=root)
        found: dict[str, Any] = probe(site, "surface", photo=str(photo))
        return {"addresses": {ordered(path): name for path, name in probe(site, "routes")}, **found}


def ordered(path: str) -> str:
    """Return the path of a route with sorted alternatives, which follow the order of imports."""
    return re.sub(r"(?<=>)[\w|]+", lambda found: "|".join(sorted(found[0].split("|"))), path)


def surface_of(commit: str) -> dict[str, Any]:
    """Return the public surface of a commit."""
    with checkout(commit) as root:
        return surface(root)


def main() -> int:
    """Print a surface, or what differs from that of a commit; return whether anything does."""
    parser = OneLineParser(description="Write down or compare public surfaces.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--of", metavar="COMMIT", help="print its surface; default: of this checkout"
    )
    choice.add_argument("--against", metavar="COMMIT", help="print what differs from its surface")
    options = parser.parse_args()
    if options.against is None:
        print(json.dumps(surface_of(options.of) if options.of else surface(ROOT), indent=1))
        return 0
    found = differences(surface_of(options.against), surface(ROOT))
    lines = [*found.changed, *found.added]
    print("\n".join(lines) or f"The same surface as that of {options.against}.")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
