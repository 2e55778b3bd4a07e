"""Complete installations for tests: a database, a media folder and gunicorn."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.pace import wait_until

ROOT = Path(__file__).parents[1]
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "of a site that exists for some minutes only",
    "ALLOWED_HOSTS": "127.0.0.1",
    "EMAIL_URL": "consolemail://",
    "MEDIA_IS_PERSISTENT": "1",
}
"""Environment variables of a site in production."""
METRICS_TOKEN = "a token of at least thirty-two characters"


@dataclass
class Site:
    """An installation with a database and a media folder of its own."""

    folder: Path
    database: str
    settings: dict[str, str] = field(default_factory=dict)
    """Further environment variables."""
    root: Path = ROOT
    """The checkout whose code runs."""

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DEBUG": "1",
            "DATABASE_URL": self.database,
            "MEDIA_ROOT": str(self.folder / "media"),
            "REDIS_URL": "",
            **{f"API_LIMIT_{scope}": "1000000/m" for scope in ("PERSON", "CAPTURE", "DETECT")},
            **{f"{scope}_LIMIT": "1000000/m" for scope in ("PAGE", "PICTURE", "CHART")},
            "QUOTA_MOMENTS_A_DAY": "1000000",
            "QUOTA_HEAVY_AT_ONCE": "1000",
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
        output, _ = process.communicate()
        assert process.returncode == 0, output
        return output

    def python(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "-c", code)


@contextmanager
def installed_site(folder: Path) -> Iterator[Site]:
    """Yield a migrated site on the same kind of database as the tests."""
    with new_database(folder, template=migrated_database()) as database:
        yield Site(folder, database)


@cache
def migrated_database() -> str:
    """Return the URL of a database that new sites copy, since migrating one takes seconds.

    It is deleted when the process exits.
    """
    resources = ExitStack()
    atexit.register(resources.close)
    folder = Path(resources.enter_context(TemporaryDirectory()))
    database = resources.enter_context(new_database(folder))
    Site(folder, database).manage("migrate", "--verbosity=0")
    return database


@contextmanager
def new_database(folder: Path, *, template: str = "") -> Iterator[str]:
    """Yield the URL of a new database, which is empty or a copy of the template."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        file = folder / "db.sqlite3"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        return
    name = f"site_{uuid.uuid4().hex}"
    # Each database of a server starts as a copy; template1 is the default.
    original = template.rpartition("/")[2] or "template1"
    execute_sql(
        server,
        SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(original)),
    )
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        execute_sql(server, SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def execute_sql(server: str, sql: Composed) -> None:
    """Execute a statement outside of any transaction."""
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(sql)


def free_address() -> str:
    """Return `127.0.0.1:PORT` with a port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def start_gunicorn(
    site: Site, place: str, *, workers: int = 2, **environment: str
) -> subprocess.Popen[str]:
    """Start gunicorn for a site; its log is the file `served.log` in the site's folder."""
    # A pipe that nobody reads would fill up after some thousand requests and block the server.
    with (site.folder / "served.log").open("a") as log:
        return site.start(
            str(Path(sys.executable).with_name("gunicorn")),
            *("--bind", place, "--workers", str(workers), "--config", "gunicorn.conf.py"),
            "emoplatform.wsgi",
            output=log,
            **environment,
        )


@contextmanager
def worker(site: Site, *, niceness: int = 0, **environment: str) -> Iterator[None]:
    """Let a worker run the jobs of a site meanwhile."""
    command = (sys.executable, "manage.py", "db_worker", "--no-reload", "--verbosity=0")
    nice = ("nice", f"--adjustment={niceness}")
    process = site.start(*nice, *command, output=subprocess.DEVNULL, **environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def serve(site: Site, *, workers: int = 2, **environment: str) -> Iterator[str]:
    """Serve a site with gunicorn, and yield its URL once it is ready."""
    place = free_address()
    server = start_gunicorn(site, place, workers=workers, **environment)
    try:
        wait_until_ready(f"http://{place}", seconds=30)
        yield f"http://{place}"
    finally:
        server.terminate()
        server.wait()


def wait_until_ready(address: str, *, seconds: float) -> None:
    """Wait until a site is ready, which takes less than so many seconds on an idle machine."""

    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"{address}/readyz") as answer:
                return bool(json.load(answer) == {"status": "ready"})
        except OSError:
            return False

    wait_until(is_ready, seconds=seconds)


def create_app_session(site: Site, email: str = "phone@example.org") -> str:
    """Create a person who has consented, and return the session token of their app."""
    return site.python(
        f"from tests import factories; factories.person({email!r})\n" + CREATE_SESSION.format(email)
    ).split()[-1]


def create_session(site: Site, email: str) -> str:
    """Sign a person in, with a second factor if they have one, and return the session's key."""
    return site.python(CREATE_SESSION.format(email)).split()[-1]


CREATE_SESSION = """
from importlib import import_module
from accounts.models import User
from django.conf import settings
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
import time
person = User.objects.get(email="{}")
session = import_module(settings.SESSION_ENGINE).SessionStore()  # earlier checkouts have another
session[SESSION_KEY] = str(person.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
tomorrow = time.time() + 24 * 60 * 60  # so that it stays recent as long as the site runs
proof = {{"method": "password", "at": tomorrow, "reauthenticated": True}}
factors = [{{"method": "mfa", "at": tomorrow}}] if person.authenticator_set.exists() else []
session["account_authentication_methods"] = [*factors, proof]
session["account_authentication_methods_user"] = str(person.pk)
session.create()
print(session.session_key)
"""
