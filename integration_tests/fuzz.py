"""Send random requests to every operation of the API of a running site, signed in and not.

Usage: make fuzz [EXAMPLES=200]

All checks of schemathesis compare each response with the schema. The site has a temporary database
and media folder.
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


class App:
    """A signed-in app that has recorded some photos."""

    def __init__(self, address: str, token: str) -> None:
        self.api = f"{address}/api/v1"
        self.headers = {"X-Session-Token": token}
        self.uuids = [str(uuid.UUID(int=number)) for number in range(1, PHOTOS + 1)]
        photo = pictures.astronaut_jpeg()
        for name in self.uuids:
            options = {"files": {"photo": ("selfie.jpg", photo)}, "data": {"uuid": name, "mood": 3}}
            self.request("POST", "captures/", **options).raise_for_status()
        devices = self.request("GET", "devices/").json()
        self.device = next(device["id"] for device in devices if device["is_current"])

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.api}/{path}"
        return requests.request(method, url, headers=self.headers, timeout=30, **options)

    def still_works(self) -> bool:
        """Return whether what random requests depend on is still there."""
        photo = self.request("GET", f"captures/{self.uuids[0]}/photo/")
        recording = self.request("POST", "captures/", json={"mood": 3})
        return photo.ok and recording.ok


def fuzz(address: str, app: App, examples: str, *options: str) -> bool:
    """Run schemathesis, and return whether all checks passed."""
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
        "SCHEMATHESIS_HOOKS": "integration_tests.schemathesis_hooks",
        "FUZZ_UUIDS": ",".join(app.uuids),
        "FUZZ_DEVICE": str(app.device),
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    """Fuzz signed in, then anonymously; return 1 if a check fails."""
    examples = sys.argv[1] if len(sys.argv) > 1 else "200"
    with tempfile.TemporaryDirectory() as folder, installed_site(Path(folder)) as site:
        token = create_app_session(site)
        with serve(site, API_LIMIT_ADDRESS="1000000/m") as address:
            app = App(address, token)
            signed_in = fuzz(address, app, examples, "--header", f"X-Session-Token: {token}")
            if not app.still_works():
                print("The app was signed out or lost its photo or consent: the result is invalid.")
                return 1
            anonymous = fuzz(address, app, examples)
    return int(not (signed_in and anonymous))


if __name__ == "__main__":
    sys.exit(main())
