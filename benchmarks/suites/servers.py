"""Temporary servers on free ports, such as a site in production uses."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

TIMEOUT = 30  # seconds


class MissingServerError(SystemExit):
    """A program is not installed; the message names its Debian package."""

    def __init__(self, package: str) -> None:
        super().__init__(f"Expected {package} to be installed: apt-get install {package}.")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Return once something listens on a port.

    Raises:
        TimeoutError: If nothing does within 30 seconds.
    """
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing listens on port {port}.")


@contextmanager
def running(*command: str | Path, log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, with its output in a file, and terminate it at the end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


class PostgreSQL:
    """A new PostgreSQL server with its data in a folder.

    It syncs to disk as in production. Since PostgreSQL refuses to run as root, it then runs as the
    user `postgres`.

    Args:
        folder: The folder for the data.
        *options: Settings such as `max_wal_size=4GB`.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not installed:
            raise MissingServerError("postgresql")
        self.data, self.programs, self.port = folder / "postgres", installed[-1].parent, free_port()
        self.data.mkdir()
        self.run_as: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
            folder.chmod(0o755)
            self.run_as = ["runuser", "-u", "postgres", "--"]
        self.run(
            *("initdb", "--pgdata", str(self.data), "--auth", "trust"),
            *("--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8"),
        )
        defaults = [
            f"port={self.port}",
            f"unix_socket_directories={self.data}",
            "listen_addresses=127.0.0.1",
        ]
        self.options = " ".join(f"-c {option}" for option in [*defaults, *options])

    @property
    def url(self) -> str:
        """The URL for `DATABASE_URL`."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs."""
        subprocess.run(
            [*self.run_as, str(self.programs / program), *arguments],
            cwd=self.data,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start(self) -> None:
        """Start the server, and return once it accepts connections."""
        log = str(self.data / "log")
        self.control("--log", log, "--options", self.options, "start")

    def stop(self) -> None:
        """Stop the server without waiting for clients."""
        self.control("--mode", "immediate", "stop")

    def control(self, *arguments: str) -> None:
        self.run("pg_ctl", "--pgdata", str(self.data), "--wait", *arguments)


@contextmanager
def postgres(folder: Path, *options: str) -> Iterator[str]:
    """Run a new PostgreSQL server, and yield its URL."""
    server = PostgreSQL(folder, *options)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a new Redis server without persistence, and yield its URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise MissingServerError("redis-server")
    port = free_port()
    with ExitStack() as stack:
        stack.enter_context(
            running(
                *(program, "--port", str(port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no"),
                log=folder / "redis.log",
            )
        )
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
