"""Follow the guide to a Linux server line by line in a fresh system, and ask the site made there.

Usage, as root on Linux: python -m integration_tests.try_server --base ROOT

ROOT is a bare Debian 13 that debootstrap made; a layer over it is thrown away afterwards. The lines
are those of docs/deployment.md, with answers to its questions. No systemd runs there, so a script
starts what a unit says as its user, on a read-only system but for what the unit may write; another
gives nginx a certificate as certbot would (`integration_tests/shims`). Both ports of the web
have to be free.
"""

import argparse
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from typing import Any

import requests
import urllib3

from integration_tests.try_container import REGISTRIES, ROOT, Stage, in_namespace, run, unmount
from tests.pictures import astronaut_jpeg

SHIMS = Path(__file__).with_name("shims")
HOST = "mood.example.org"
ANSWERS = {
    "HOST": HOST,
    "SOURCE": "/source.git",
    "MAIL": "smtp+tls://user:secret@localhost:587",
}
ADMINISTRATOR = "admin@example.org"
SECRET = secrets.token_urlsafe()
REQUESTS = 240
"""In less than a minute; each of two processes bears 60 of an address that says it is somebody."""
MB = 2**20
UNAUTHORIZED = 401


LATER = f"""
set -a; . /etc/emoplatform.env; set +a
cd /srv/emoplatform/site
manage() {{ runuser -u emoplatform -- .venv/bin/python manage.py "$@"; }}
manage createsuperuser --no-input
manage create_token {ADMINISTRATOR} --write > /run/token
systemctl start emoplatform-sweep emoplatform-backup
ls -l /var/lib/emoplatform/backup-*.tar
"""
"""What an administrator and the timers do once the site is there."""


def guide() -> str:
    """Return the guide's own lines, with our answers in place of the reader's."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    section = text.partition("## A Linux server\n")[2].partition("\n## ")[0]
    names, install, *rest = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    # A package starts its service where systemd runs.
    lines = "\n".join([names, install, "service postgresql start", "service nginx start", *rest])
    for name, answer in ANSWERS.items():
        lines, found = re.subn(rf"^{name}=.*$", f"{name}={answer}", lines, flags=re.MULTILINE)
        if found != 1:
            sys.exit(f"docs/deployment.md: expected one line {name}=…, found {found}.")
    return lines


def prepare(system: Stage) -> None:
    """Put into a system what stands for systemd, certbot, the network and the repository."""
    for shim in SHIMS.iterdir():
        shutil.copy(shim, system.root / "usr" / "local" / "bin")
    shutil.copy("/etc/resolv.conf", system.root / "etc" / "resolv.conf")
    (system.root / "etc" / "hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
    run("git", "clone", "--quiet", "--bare", str(ROOT), str(system.root / "source.git"))


def ask(token: str) -> None:
    """Ask for what should and what should not be answered; end where it is not so."""
    site = requests.Session()
    site.trust_env, site.verify, site.headers["Host"] = False, False, HOST
    urllib3.disable_warnings()

    def see(what: str, is_so: bool) -> None:
        print(f"{'as it should be' if is_so else 'WRONG'}: {what}", flush=True)
        if not is_so:
            sys.exit(1)

    def get(path: str, scheme: str = "https", **rest: Any) -> requests.Response:
        return site.get(f"{scheme}://127.0.0.1{path}", allow_redirects=False, timeout=60, **rest)

    see("/readyz says ready", get("/readyz").json() == {"status": "ready"})
    answer = get("/", "http")
    see("HTTP is led to HTTPS", answer.headers.get("Location") == f"https://{HOST}/")
    strange = get("/", headers={"Host": "elsewhere.example.org"})
    see("a strange host gets 400", strange.status_code == requests.codes.bad_request)
    page = get("/")
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    style = get(sheet[1] if sheet else "/none")
    see("the style sheet is kept for ever", "immutable" in style.headers.get("Cache-Control", ""))
    too_large = site.post("https://127.0.0.1/api/v1/captures/", data=bytes(42 * MB), timeout=60)
    see("42 MB are too large", too_large.status_code == requests.codes.request_entity_too_large)
    archive = site.post("https://127.0.0.1/api/v1/me/import/", data=bytes(42 * MB), timeout=60)
    see(f"42 MB may be an import: {archive.text}", archive.status_code == UNAUTHORIZED)
    mine = {"Authorization": f"Bearer {token}"}
    version = get("/api/v1/me/", headers=mine).json()["consents"][0]["version"]
    site.put(
        "https://127.0.0.1/api/v1/me/consents/use/", json={"version": version}, headers=mine
    ).raise_for_status()
    recorded = site.post(
        "https://127.0.0.1/api/v1/captures/", files={"photo": astronaut_jpeg()}, headers=mine
    )
    see("a photo is read", recorded.json()["detections"][0]["emotion"] == "happy")
    thumbnail = recorded.json()["thumbnail"]
    see("addresses are those of the site", thumbnail.startswith(f"https://{HOST}/"))
    path = thumbnail.removeprefix(f"https://{HOST}")
    see("its owner sees it", get(path, headers=mine).ok)
    see("nobody else does", get(path).status_code == UNAUTHORIZED)
    statuses = [
        get(
            "/api/v1/me/",
            headers={"Authorization": "Bearer wrong", "X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(REQUESTS)
    ]
    refused = statuses.count(requests.codes.too_many_requests)
    see(f"who says to be many is one, {refused} times too often", refused > 0)


def end(system: Stage) -> None:
    """End what was started inside, and what starts again what was ended."""
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
    """Return the root of a process, None where it has ended."""
    try:
        return (process / "root").readlink()
    except OSError:
        return None


def inside(system: Stage, command: str, **env: str) -> None:
    """Run a line of the shell inside; end everything where it fails."""
    system.run(["bash", "-euc", command], **REGISTRIES, **env)


def main() -> None:
    """Follow the guide, ask, and end what was started."""
    parser = argparse.ArgumentParser(description="Follow the guide to a Linux server.")
    parser.add_argument("--base", type=Path, required=True, help="root of a bare Debian 13")
    options = parser.parse_args()
    in_namespace("integration_tests.try_server")
    folder = Path(tempfile.mkdtemp(prefix="server-"))
    system = Stage([options.base.resolve()])
    try:
        system.mount(folder / "system")
        prepare(system)
        inside(system, guide())
        inside(
            system, LATER, DJANGO_SUPERUSER_EMAIL=ADMINISTRATOR, DJANGO_SUPERUSER_PASSWORD=SECRET
        )
        ask((system.root / "run" / "token").read_text().split()[-1])
    finally:
        end(system)
        unmount(folder)


if __name__ == "__main__":
    main()
