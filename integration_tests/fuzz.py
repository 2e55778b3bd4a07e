"""Throw random requests at every operation of the API of a running site, signed in and not.

Usage: make fuzz [EXAMPLES=200]

All checks of schemathesis hold each answer to the schema. The site is one of its own, with a
database and a media folder that are thrown away.
"""

import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import requests

from tests import pictures
from tests.sites import ROOT, create_app_session, installed_site, serve

PHOTOS = 20


class Phone:
    """An app that is signed in and has recorded some photos."""

    def __init__(self, address: str, token: str) -> None:
        self.api = f"{address}/api/v1"
        self.headers = {"X-Session-Token": token}
        self.uuids = [str(uuid.UUID(int=number)) for number in range(1, PHOTOS + 1)]
        photo = pictures.astronaut_jpeg()
        for name in self.uuids:
            sent = {"files": {"photo": ("selfie.jpg", photo)}, "data": {"uuid": name, "mood": 3}}
            self.ask("POST", "captures/", **sent).raise_for_status()
        devices = self.ask("GET", "devices/").json()
        self.device = next(one["id"] for one in devices if one["is_current"])

    def ask(self, method: str, path: str, **sent: Any) -> requests.Response:
        """Send a request that is not random."""
        url = f"{self.api}/{path}"
        return requests.request(method, url, headers=self.headers, timeout=30, **sent)

    def still_works(self) -> bool:
        """Tell whether nothing that the random requests stand on was lost under way."""
        photo = self.ask("GET", f"captures/{self.uuids[0]}/photo/")
        recording = self.ask("POST", "captures/", json={"mood": 3})
        return photo.ok and recording.ok


def fuzz(address: str, phone: Phone, examples: str, *options: str) -> bool:
    """Run schemathesis and tell whether it found nothing."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(ROOT / "integration_tests" / "schemathesis.toml"), "run"),
        f"{address}/api/schema/",
        *("--checks", "all", "--max-examples", examples, "--seed", "1"),
        *("--phases", "examples,coverage,fuzzing", "--generation-database", "none"),
        *("--request-timeout", "30", "--suppress-health-check", "all"),
        *options,
    ]
    environment = {
        **os.environ,
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "emoplatform.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
        "SCHEMATHESIS_HOOKS": "integration_tests.fuzz_hooks",
        "FUZZ_UUIDS": ",".join(phone.uuids),
        "FUZZ_DEVICE": str(phone.device),
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    """Fuzz signed in, then as nobody; return 1 where either found something."""
    examples = sys.argv[1] if len(sys.argv) > 1 else "200"
    with tempfile.TemporaryDirectory() as folder, installed_site(Path(folder)) as site:
        token = create_app_session(site)
        with serve(site, API_LIMIT_ADDRESS="1000000/m") as address:
            app = Phone(address, token)
            signed_in = fuzz(address, app, examples, "--header", f"X-Session-Token: {token}")
            if not app.still_works():
                print("The phone was signed out or lost its photo or consent: this proves nothing.")
                return 1
            nobody = fuzz(address, app, examples)
    return int(not (signed_in and nobody))


if __name__ == "__main__":
    sys.exit(main())
