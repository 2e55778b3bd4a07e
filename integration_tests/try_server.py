"""Execute the guide to a Linux server line by line in a fresh system, and check the site.

Usage, as root on Linux: python -m integration_tests.try_server --base ROOT

ROOT is a bare Debian 13 made by debootstrap; changes go to a temporary overlay. The lines are those
of docs/deployment.md, with values for its variables. Without systemd, a script starts the commands
of units as their user, on a system that is read-only except for what the unit may write; another
gives nginx a certificate in place of certbot (`integration_tests/shims`). pip and npm inside reach
their registries as this machine does: by its configuration and the authorities that it trusts.
Ports 80 and 443 have to be free.
"""

import os
import re
import secrets
import shutil
import ssl
import sys
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from typing import Any

import requests
import urllib3

from common.option_parsers import OneLineParser
from integration_tests.try_container import (
    REGISTRIES,
    ROOT,
    Stage,
    folder_of_layers,
    in_namespace,
    run,
)
from tests.pictures import astronaut_jpeg

SHIMS = Path(__file__).with_name("shims")
HOST = "mood.example.org"
VARIABLES = {
    "HOST": HOST,
    "SOURCE": "/source.git",
    "MAIL": "smtp+tls://user:secret@localhost:587",
}
ADMINISTRATOR = "admin@example.org"
SECRET = secrets.token_urlsafe()
REQUESTS = 240
"""How many are sent within a minute; each of two processes allows 60 per address."""
MB = 2**20
UNAUTHORIZED = 401
AUTHORITIES = "/usr/local/share/registries.crt"
"""Inside, apart from those of the system, which the guide's packages rebuild."""
TRUST = dict.fromkeys(("PIP_CERT", "NODE_EXTRA_CA_CERTS", "npm_config_cafile"), AUTHORITIES)
CONFIGURATION = {"etc/pip.conf": ".config/pip/pip.conf", "etc/npmrc": ".npmrc"}
"""Files of pip and npm inside, and where they are below a home on this machine."""

USE_SITE = f"""
set -a; . /etc/emoplatform.env; set +a
cd /srv/emoplatform/site
manage() {{ runuser -u emoplatform -- .venv/bin/python manage.py "$@"; }}
manage createsuperuser --no-input
manage create_token {ADMINISTRATOR} --write > /run/token
manage shell --command '
from accounts import consents, models
consents.give_consent(person=models.User.objects.get(), kind=models.Consent.Kind.USE)'
systemctl start emoplatform-sweep emoplatform-backup
ls -l /var/lib/emoplatform/backup-*.tar
"""
"""What an administrator and the timers do after the installation."""


def guide() -> str:
    """Return the lines of the guide, with values for its variables."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    section = text.partition("## A Linux server\n")[2].partition("\n## ")[0]
    names, install, *rest = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    # With systemd, packages start their services.
    lines = "\n".join([names, install, "service postgresql start", "service nginx start", *rest])
    for name, value in VARIABLES.items():
        lines, found = re.subn(rf"^{name}=.*$", f"{name}={value}", lines, flags=re.MULTILINE)
        if found != 1:
            sys.exit(f"docs/deployment.md: expected one line {name}=…, found {found}.")
    return lines


def prepare(system: Stage) -> None:
    """Install the stand-ins for systemd, certbot, DNS and the remote repository."""
    for shim in SHIMS.iterdir():
        shutil.copy(shim, system.root / "usr" / "local" / "bin")
    shutil.copy("/etc/resolv.conf", system.root / "etc" / "resolv.conf")
    share_registries(system.root)
    (system.root / "etc" / "hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
    run("git", "clone", "--quiet", "--bare", str(ROOT), str(system.root / "source.git"))


def share_registries(root: Path) -> None:
    """Let pip and npm inside reach their registries as they do on this machine."""
    paths = ssl.get_default_verify_paths()
    shutil.copy(paths.cafile or paths.openssl_cafile, root / AUTHORITIES.lstrip("/"))
    for name, personal in CONFIGURATION.items():
        for file in (Path("/", name), Path.home() / personal):
            if file.is_file():
                shutil.copy(file, root / name)


def check(token: str) -> None:
    """Make requests that should succeed and that should not, and exit where one does not."""
    site = requests.Session()
    site.trust_env, site.verify, site.headers["Host"] = False, False, HOST
    urllib3.disable_warnings()

    def expect(claim: str, holds: bool) -> None:
        print(f"{'ok' if holds else 'VIOLATION'}: {claim}", flush=True)
        if not holds:
            sys.exit(1)

    def get(path: str, scheme: str = "https", **rest: Any) -> requests.Response:
        return site.get(f"{scheme}://127.0.0.1{path}", allow_redirects=False, timeout=60, **rest)

    expect("/readyz says ready", get("/readyz").json() == {"status": "ready"})
    response = get("/", "http")
    expect("HTTP is redirected to HTTPS", response.headers.get("Location") == f"https://{HOST}/")
    unknown = get("/", headers={"Host": "elsewhere.example.org"})
    expect("an unknown host gets 400", unknown.status_code == requests.codes.bad_request)
    page = get("/")
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    style = get(sheet[1] if sheet else "/none")
    expect(
        "the style sheet is cached for ever", "immutable" in style.headers.get("Cache-Control", "")
    )
    too_large = site.post("https://127.0.0.1/api/v1/captures/", data=bytes(42 * MB), timeout=60)
    expect("42 MB are too large", too_large.status_code == requests.codes.request_entity_too_large)
    archive = site.post("https://127.0.0.1/api/v1/me/import/", data=bytes(42 * MB), timeout=60)
    expect(f"42 MB may be an import: {archive.text}", archive.status_code == UNAUTHORIZED)
    headers = {"Authorization": f"Bearer {token}"}
    recorded = site.post(
        "https://127.0.0.1/api/v1/captures/", files={"photo": astronaut_jpeg()}, headers=headers
    )
    expect("a photo is read", recorded.json()["detections"][0]["emotion"] == "happy")
    thumbnail = recorded.json()["thumbnail"]
    expect("URLs are those of the site", thumbnail.startswith(f"https://{HOST}/"))
    path = thumbnail.removeprefix(f"https://{HOST}")
    expect("its owner sees it", get(path, headers=headers).ok)
    expect("nobody else does", get(path).status_code == UNAUTHORIZED)
    statuses = [
        get(
            "/api/v1/me/",
            headers={"Authorization": "Bearer wrong", "X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(REQUESTS)
    ]
    refused = statuses.count(requests.codes.too_many_requests)
    expect(f"forged addresses do not evade the limit, {refused} were refused", refused > 0)


def kill_all(system: Stage) -> None:
    """Kill all processes inside, repeatedly, since some restart others."""
    while found := [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if root_of(process) == system.root
    ]:
        for number in found:
            with suppress(ProcessLookupError):
                os.kill(number, SIGKILL)
        time.sleep(0.2)


def root_of(process: Path) -> Path | None:
    """Return the root folder of a process, or None if it has ended."""
    try:
        return (process / "root").readlink()
    except OSError:
        return None


def inside(system: Stage, command: str, **env: str) -> None:
    """Run a shell script inside, and exit if it fails."""
    system.run(["bash", "-euc", command], **REGISTRIES | TRUST, **env)


def main() -> None:
    """Execute the guide, check the site, and clean up."""
    parser = OneLineParser(description="Follow the guide to a Linux server.")
    parser.add_argument("--base", type=Path, required=True, help="root of a bare Debian 13")
    options = parser.parse_args()
    in_namespace("integration_tests.try_server")
    system = Stage([options.base.resolve()])
    with folder_of_layers("server") as folder:
        try:
            system.mount(folder / "system")
            prepare(system)
            inside(system, guide())
            inside(
                *(system, USE_SITE),
                DJANGO_SUPERUSER_EMAIL=ADMINISTRATOR,
                DJANGO_SUPERUSER_PASSWORD=SECRET,
            )
            check((system.root / "run" / "token").read_text().split()[-1])
        finally:
            kill_all(system)


if __name__ == "__main__":
    main()
