"""Run the line `web` of the Procfile behind nginx as a dyno does, and check the site.

Usage, as root on Linux: python -m integration_tests.try_heroku

The files that Heroku would get, without those in .slugignore, are started with the Procfile's line
in a mount namespace with a /tmp of its own. Debian's nginx and erb stand in for the buildpack's,
and this command for the router. In the end every process of the dyno is
terminated while somebody records a photo, as Heroku does when it restarts one.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from pathspec import PathSpec

from integration_tests.proxies.bystanders import descendants
from integration_tests.try_container import in_namespace, run
from tests import nginx
from tests.pace import wait_until
from tests.pictures import astronaut_jpeg
from tests.sites import (
    PRODUCTION,
    ROOT,
    Site,
    create_app_session,
    free_address,
    installed_site,
    wait_until_ready,
)

START_NGINX = Path(__file__).with_name("proxies") / "start-nginx"
HOST = "127.0.0.1"
MB = 2**20
PHOTO_MB, ARCHIVE_MB = 42, 42
"""Sizes that nginx refuses where a photo is expected, and passes on where an archive is."""
STOP_WITHIN = 30.0  # seconds, after which Heroku kills a dyno


def lay_out(app: Path) -> None:
    """Make the folder of a dyno from the files that Heroku gets."""
    tracked = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)  # noqa: S607
    ignored = PathSpec.from_lines("gitignore", (ROOT / ".slugignore").read_text().splitlines())
    for name in tracked.splitlines():
        if not ignored.match_file(name) and (ROOT / name).is_file():
            (app / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, app / name)
    (app / "node_modules").symlink_to(ROOT / "node_modules")  # as Heroku's Node buildpack makes it
    (app / "bin").mkdir()
    shutil.copy2(START_NGINX, app / "bin")
    (app / "bin" / "nginx").symlink_to(str(nginx.program()))


def web_line() -> list[str]:
    """Return the command of the process type `web`."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    return shlex.split(lines["web"])


class Router:
    """Sends requests as Heroku's router does, which says who asked and how."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False

    def request(
        self,
        method: str,
        path: str,
        *,
        scheme: str = "https",
        person: str = "203.0.113.1",
        **rest: Any,
    ) -> requests.Response:
        """Send a request; a person's own X-Forwarded-For comes first."""
        headers = {"Host": HOST, **rest.pop("headers", {})}
        claimed = headers.pop("X-Forwarded-For", "")
        headers["X-Forwarded-For"] = f"{claimed}, {person}" if claimed else person
        headers["X-Forwarded-Proto"] = scheme
        return self.session.request(
            method,
            f"http://{self.address}{path}",
            headers=headers,
            allow_redirects=False,
            timeout=60,
            **rest,
        )


def checks(router: Router, token: dict[str, str], app: Path) -> Iterator[tuple[str, bool]]:
    """Yield claims, and whether they hold."""
    yield "the sign-in page is answered", router.request("GET", "/accounts/login/").ok
    insecure = router.request("GET", "/accounts/login/", scheme="http")
    location = insecure.headers.get("Location", "")
    yield "HTTP is redirected to HTTPS", location == f"https://{HOST}/accounts/login/"
    unknown = router.request("GET", "/", headers={"Host": "elsewhere.example.org"})
    yield "an unknown host is refused", unknown.status_code == requests.codes.bad_request
    recorded = record(router, token)
    recorded.raise_for_status()
    yield "a photo is read", recorded.json()["detections"][0]["emotion"] == "happy"
    thumbnail = recorded.json()["thumbnail"]
    yield "URLs are those of the site", thumbnail.startswith(f"https://{HOST}/")
    path = thumbnail.removeprefix(f"https://{HOST}")
    yield "its owner sees it", router.request("GET", path, headers=token).ok
    stranger = router.request("GET", path)
    yield "nobody else does", stranger.status_code == requests.codes.unauthorized
    large = router.request("POST", "/api/v1/captures/", data=bytes(PHOTO_MB * MB), headers=token)
    yield "42 MB are no photo", large.status_code == requests.codes.request_entity_too_large
    archive = router.request("POST", "/api/v1/me/import/", data=bytes(ARCHIVE_MB * MB))
    yield "42 MB may be an import", archive.status_code == requests.codes.unauthorized
    log = (app / "logs" / "nginx" / "access.log").read_text()
    yield "nginx logs no addresses", "/accounts/login/" in log and "203.0.113" not in log


def record(router: Router, token: dict[str, str]) -> requests.Response:
    """Record a photo."""
    files = {"photo": ("me.jpg", astronaut_jpeg())}
    return router.request("POST", "/api/v1/captures/", files=files, headers=token)


def terminate(dyno: subprocess.Popen[bytes]) -> float:
    """Terminate every process of a dyno, and return the seconds until all had ended.

    The buildpack's nginx is built with SIGTERM and SIGQUIT swapped, so that SIGTERM ends it
    gracefully.
    """
    pids, began = descendants(dyno.pid), time.monotonic()
    of_nginx = {pid for pid in pids if is_named(pid, "nginx")}
    send(signal.SIGQUIT, [*of_nginx])
    send(signal.SIGTERM, [pid for pid in pids if pid not in of_nginx])
    dyno.wait()
    wait_until(lambda: not any(is_running(pid) for pid in pids), seconds=STOP_WITHIN)
    return time.monotonic() - began


def send(signal_number: int, pids: list[int]) -> None:
    """Send a signal to processes, of which some may have ended."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal_number)


def is_named(pid: int, name: str) -> bool:
    """Tell whether a process runs a program of a name."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip() == name
    except OSError:
        return False


def is_running(pid: int) -> bool:
    """Tell whether a process has not ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def try_dyno(site: Site, app: Path) -> Iterator[tuple[str, bool]]:
    """Run a dyno for a site, and yield claims and whether they hold."""
    site.settings = {**PRODUCTION, "DYNO": "web.1"}
    token = {"X-Session-Token": create_app_session(site)}
    address = free_address()
    lay_out(app)
    environment = site.environment | {
        "PORT": address.rpartition(":")[2],
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=app, env=environment, check=True)
    dyno = subprocess.Popen(web_line(), cwd=app, env=environment)
    try:
        wait_until_ready(f"http://{address}", seconds=60)
        router = Router(address)
        yield from checks(router, token, app)
        answers: list[int] = []
        person = threading.Thread(
            target=lambda: answers.append(record(router, token).status_code), daemon=True
        )
        person.start()
        time.sleep(0.05)  # about half of what reading a photo takes
        seconds = terminate(dyno)
        person.join()
        print(f"ended {seconds:.1f} s after SIGTERM", flush=True)
        yield (
            "a photo that is being read meanwhile is answered",
            answers == [requests.codes.created],
        )
        yield "a dyno ends within 30 s", seconds < STOP_WITHIN
    finally:
        send(signal.SIGKILL, descendants(dyno.pid))
        dyno.wait()


def main() -> int:
    """Run a dyno, print which claims hold, and return 1 if one does not."""
    if nginx.program() is None or shutil.which("erb") is None:
        sys.exit("Expected Debian's packages nginx and ruby, found at most one of them.")
    in_namespace("integration_tests.try_heroku")
    run("mount", "-t", "tmpfs", "tmpfs", "/tmp")  # noqa: S108 - the paths of the buildpack
    failed = 0
    folder, app = Path("/tmp/site"), Path("/tmp/app")  # noqa: S108
    folder.mkdir()
    with installed_site(folder) as site:
        for claim, holds in try_dyno(site, app):
            print(f"{'ok' if holds else 'VIOLATION'}: {claim}", flush=True)
            failed += not holds
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
