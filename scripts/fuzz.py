"""Throw random requests at every operation of the API of a running site, signed in and not.

Usage: make fuzz [EXAMPLES=200]

All checks of schemathesis hold each answer to the schema. The site is one of its own, with a
database and a media folder that are thrown away.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.sites import ROOT, Site, installed, phone, served


def seeded(site: Site) -> str:
    """Give the phone's person some captures and return their UUIDs."""
    return site.python(
        "from accounts.models import User; from tests import factories\n"
        "owner = User.objects.get(email='phone@example.org')\n"
        "made = [factories.capture(owner=owner, looks='happy', mood=3) for _ in range(5)]\n"
        "print(','.join(str(one.uuid) for one in made))"
    ).split()[-1]


def fuzz(address: str, uuids: str, examples: str, *options: str) -> int:
    """Run schemathesis and return its exit status."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(ROOT / "scripts" / "schemathesis.toml"), "run"),
        f"{address}/api/schema/",
        *("--checks", "all", "--max-examples", examples, "--seed", "1"),
        *("--request-timeout", "30", "--suppress-health-check", "all"),
        *(
            "--generation-database",
            "none",
            "--phases",
            os.environ.get("PHASES", "examples,coverage,fuzzing"),
        ),
        *options,
    ]
    environment = {
        **os.environ,
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "emoplatform.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
        "SCHEMATHESIS_HOOKS": "scripts.fuzz_hooks",
        "FUZZ_UUIDS": uuids,
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    """Fuzz signed in, then as nobody; return 1 where either found something."""
    examples = sys.argv[1] if len(sys.argv) > 1 else "200"
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as site:
        token, uuids = phone(site), seeded(site)
        with served(site, API_LIMIT_ADDRESS="1000000/m") as address:
            signed_in = fuzz(address, uuids, examples, "--header", f"X-Session-Token: {token}")
            nobody = fuzz(address, uuids, examples)
    return int(bool(signed_in or nobody))


if __name__ == "__main__":
    sys.exit(main())
