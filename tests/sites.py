"""Whole installations for tests: a database, a media folder, and web processes that serve them."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, LiteralString

import psycopg
from psycopg.sql import Composed

ROOT = Path(__file__).parents[1]
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "of a site that lives for some minutes only",
    "ALLOWED_HOSTS": "127.0.0.1",
    "EMAIL_URL": "consolemail://",
    "MEDIA_IS_PERSISTENT": "1",
}
"""Settings of a site as it is served to people."""


@dataclass
class Site:
    """An installation with a database and a media folder of its own."""

    folder: Path
    database: str
    settings: dict[str, str] = field(default_factory=dict)
    """By environment, beside those of every site for tests."""
    root: Path = ROOT
    """The checkout whose code it runs."""

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DEBUG": "1",
            "DATABASE_URL": self.database,
            "MEDIA_ROOT": str(self.folder / "media"),
            "REDIS_URL": "",
            **{f"API_LIMIT_{scope}": "1000000/m" for scope in ("PERSON", "CAPTURE", "DETECT")},
            **self.settings,
        }

    def start(
        self, *command: str, output: int | IO[str] = subprocess.PIPE, **environment: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def manage(self, *arguments: str) -> str:
        process = self.start(sys.executable, "manage.py", *arguments)
        told, _ = process.communicate()
        assert process.returncode == 0, told
        return told

    def python(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "-c", code)


@contextmanager
def installed(folder: Path) -> Iterator[Site]:
    """Give a migrated site on the kind of database that the tests run on."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        site = Site(folder, f"sqlite:///{folder}/db.sqlite3")
        site.manage("migrate", "--verbosity=0")
        yield site
        return
    name = f"site_{uuid.uuid4().hex}"
    command(server, f'CREATE DATABASE "{name}"')
    try:
        site = Site(folder, f"{server.rpartition('/')[0]}/{name}")
        site.manage("migrate", "--verbosity=0")
        yield site
    finally:
        command(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def command(server: str, sql: LiteralString | Composed) -> None:
    """Have a server of databases do something."""
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(sql)


def free_place() -> str:
    """Return a host and port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def gunicorn(
    site: Site, place: str, *, workers: int = 2, **environment: str
) -> subprocess.Popen[str]:
    """Start to serve a site, and log to a file in its folder."""
    # To a file: a pipe that nobody reads is full after some thousand requests and stops the server.
    with (site.folder / "served.log").open("a") as log:
        return site.start(
            str(Path(sys.executable).with_name("gunicorn")),
            *("--bind", place, "--workers", str(workers), "--config", "gunicorn.conf.py"),
            "emoplatform.wsgi",
            output=log,
            **environment,
        )


@contextmanager
def served(site: Site, *, workers: int = 2, **environment: str) -> Iterator[str]:
    """Serve a site by gunicorn and give its address once it is ready."""
    place = free_place()
    server = gunicorn(site, place, workers=workers, **environment)
    try:
        wait_until_ready(f"http://{place}", seconds=30)
        yield f"http://{place}"
    finally:
        server.terminate()
        server.wait()


def wait_until_ready(address: str, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz") as answer:
                assert json.load(answer) == {"status": "ready"}
                return
        except OSError:
            assert time.monotonic() < until, "The site is not ready."
            time.sleep(0.1)


def phone(site: Site, email: str = "phone@example.org") -> str:
    """Make a person who consented and return the session token of their app."""
    site.python(f"from tests import factories; factories.person({email!r})")
    return session_of(site, email)


def session_of(site: Site, email: str) -> str:
    """Return the key of a new session of a person."""
    return site.python(
        "from accounts.models import User\n"
        "from django.contrib.sessions.backends.db import SessionStore\n"
        "from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY\n"
        f"person = User.objects.get(email={email!r})\n"
        "session = SessionStore()\n"
        "session[SESSION_KEY] = str(person.pk)\n"
        "session[BACKEND_SESSION_KEY] = 'allauth.account.auth_backends.AuthenticationBackend'\n"
        "session[HASH_SESSION_KEY] = person.get_session_auth_hash()\n"
        "session.create()\n"
        "print(session.session_key)"
    ).split()[-1]
