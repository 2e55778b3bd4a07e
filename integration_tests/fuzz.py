"""Send random requests to every operation of the API of a running site, as each kind of client.

Usage: make fuzz [EXAMPLES=200], or for some operations, with options of `schemathesis run`:
    python -m integration_tests.fuzz 50 --include-path-regex 'tokens|export'

All checks of schemathesis compare each response with the schema, signing in included. The site has
a temporary database and media folder.
"""

import json
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
REMINDERS = 8  # and as many tokens
STAY_SIGNED_IN = [
    part for name in ("session_end", "sessions_end") for part in ("--exclude-operation-id", name)
]
"""Leaves out what would sign the app out."""
IMPORTS = """
from accounts.models import User
from tests import factories
for _ in range(5):
    factories.file_import(User.objects.get())
"""


class App:
    """A signed-in app that has recorded some photos, and has some of all else.

    Attributes:
        ids: of what is there, by the name of its list; every other one may be removed.
        reader: an access token that only reads.
    """

    def __init__(self, address: str, token: str) -> None:
        self.api = f"{address}/api/v1"
        self.headers = {"X-Session-Token": token}
        self.uuids = [str(uuid.UUID(int=number)) for number in range(1, PHOTOS + 1)]
        photo = pictures.astronaut_jpeg()
        for name in self.uuids:
            data = {"uuid": name, "mood": 3, "tags": [f"tag {name[-2:]}"]}
            options = {"files": {"photo": ("selfie.jpg", photo)}, "data": data}
            self.request("POST", "captures/", **options).raise_for_status()
        self.uuids += [job["uuid"] for job in self.request("GET", "imports/").json()]
        self.reader = self.request("POST", "tokens/", json={"name": "reader"}).json()["token"]
        for hour in range(10, 10 + REMINDERS):
            self.request("POST", "tokens/", json={"name": f"script {hour}"}).raise_for_status()
            self.request("POST", "reminders/", json={"at": f"{hour}:00"}).raise_for_status()
        self.ids = {
            name: sorted(one["id"] for one in self.request("GET", f"{name}/").json())
            for name in ("devices", "reminders", "tags", "tokens")
        }

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.api}/{path}"
        return requests.request(method, url, headers=self.headers, timeout=30, **options)

    def still_works(self) -> bool:
        """Return whether what random requests depend on is still there."""
        photo = self.request("GET", f"captures/{self.uuids[0]}/photo/")
        recording = self.request("POST", "captures/", json={"mood": 3})
        return photo.ok and recording.ok


def fuzz(schema: str, app: App, examples: str, *options: str) -> bool:
    """Run schemathesis, and return whether all checks passed."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(ROOT / "integration_tests" / "schemathesis.toml"), "run"),
        schema,
        *("--max-examples", examples, "--seed", "1"),
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
        "FUZZ_IDS": json.dumps(app.ids),
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    """Fuzz as an app, then as a script that only reads, then as nobody; 1 if a check fails."""
    examples, *options = sys.argv[1:] or ["200"]
    with tempfile.TemporaryDirectory() as folder, installed_site(Path(folder)) as site:
        token = create_app_session(site)
        site.python(IMPORTS)
        with serve(site, API_LIMIT_ADDRESS="1000000/m") as address:
            app, schema = App(address, token), f"{address}/api/schema/"
            as_app = ("--header", f"X-Session-Token: {token}", *STAY_SIGNED_IN, *options)
            as_script = ("--header", f"Authorization: Bearer {app.reader}", *options)
            signed_in = fuzz(schema, app, examples, *as_app)
            if not app.still_works():
                print("The app was signed out or lost its photo or consent: the result is invalid.")
                return 1
            script = fuzz(schema, app, examples, *as_script)
            anonymous = fuzz(schema, app, examples, *options)
    return int(not (signed_in and script and anonymous))


if __name__ == "__main__":
    sys.exit(main())
