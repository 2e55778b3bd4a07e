"""nginx with the rules of deploy/nginx, in front of whatever tests or measurements run."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pace import wait_until
from tests.sites import ROOT, free_address

RULES = ROOT / "deploy" / "nginx"


def program() -> str | None:
    """Return the path of nginx; Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


needs_nginx = pytest.mark.skipif(program() is None, reason="nginx is not installed")


def configuration(folder: Path, address: str, *instances: str, main: str = "compose.conf") -> str:
    """Return a configuration of deploy/nginx, changed only in where things are.

    With that of the containers, who connects from this machine may tell another person's address
    and HTTPS, as a proxy does that speaks HTTPS.
    """
    text = (RULES / main).read_text()
    upstream = " ".join(f"server {instance};" for instance in instances)
    for there, here in {
        "/tmp/": f"{folder}/nginx-",  # noqa: S108
        "/etc/nginx/emoplatform/": f"{RULES}/",
        "/srv/emoplatform/site/deploy/nginx/": f"{RULES}/",
        "/dev/stdout": f"{folder}/nginx-access.log",
        "/dev/stderr": f"{folder}/nginx-error.log",
        "/var/log/nginx/": f"{folder}/nginx-",
        "/var/lib/nginx/": f"{folder}/nginx-",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "server web:8000;": upstream,
        "server 127.0.0.1:8000;": upstream,
        "listen 8000 ": f"listen {address} ",
        "listen 80 ": f"listen {address} ",
        "listen [::]:80 sndbuf=128k;": "",
        "user www-data;": "",
        "worker_processes auto;": "user root; worker_processes 1; daemon off;",
    }.items():
        text = text.replace(there, here)
    return text


def is_listening(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as connection:
        return connection.connect_ex((host, int(port))) == 0


@contextmanager
def nginx_before(folder: Path, *instances: str, main: str = "compose.conf") -> Iterator[str]:
    """Run nginx before instances of gunicorn at `HOST:PORT`, and yield its own `HOST:PORT`.

    Its log is `nginx-access.log` in the folder.

    Raises:
        FileNotFoundError: nginx is not installed.
    """
    found = program()
    if found is None:
        raise FileNotFoundError("Expected nginx to be installed: apt-get install nginx.")
    address = free_address()
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, address, *instances, main=main))
    with subprocess.Popen([found, "-p", folder, "-c", file]) as process:
        try:
            wait_until(lambda: is_listening(address), seconds=10)
            yield address
        finally:
            process.terminate()
