"""Throw-away servers on free ports, for measuring a site on what production has."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PATIENCE = 30  # seconds


class MissingServerError(SystemExit):
    """A program that has to be installed first; the message names its Debian package."""

    def __init__(self, package: str) -> None:
        super().__init__(f"Expected {package} to be installed: apt-get install {package}.")


def free_port() -> int:
    """Return a port of this machine at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Return once something listens at a port.

    Raises:
        TimeoutError: nothing does for 30 seconds.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing listens at port {port}.")


@contextmanager
def running(*command: str | Path, log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, its output in a file, and end it in the end."""
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
    """A new PostgreSQL whose data are below a folder; it can be stopped and started again.

    It is as careful with the disk as in production. PostgreSQL refuses to run as root, so the
    account `postgres` runs it then.

    Args:
        options: settings such as `max_wal_size=4GB`.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise MissingServerError("postgresql")
        self.data, self.programs, self.port = folder / "postgres", found[-1].parent, free_port()
        self.data.mkdir()
        self.somebody: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
            folder.chmod(0o755)
            self.somebody = ["runuser", "-u", "postgres", "--"]
        self.run(
            *("initdb", "--pgdata", str(self.data), "--auth", "trust"),
            *("--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8"),
        )
        told = [
            f"port={self.port}",
            f"unix_socket_directories={self.data}",
            "listen_addresses=127.0.0.1",
        ]
        self.options = " ".join(f"-c {option}" for option in [*told, *options])

    @property
    def address(self) -> str:
        """Where it is, for `DATABASE_URL`."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs."""
        subprocess.run(
            [*self.somebody, str(self.programs / program), *arguments],
            cwd=self.data,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start(self) -> None:
        """Start it, and return once it answers."""
        log = str(self.data / "log")
        self.control("--log", log, "--options", self.options, "start")

    def stop(self) -> None:
        """Stop it without waiting for anybody."""
        self.control("--mode", "immediate", "stop")

    def control(self, *arguments: str) -> None:
        """Have it controlled."""
        self.run("pg_ctl", "--pgdata", str(self.data), "--wait", *arguments)


@contextmanager
def postgres(folder: Path, *options: str) -> Iterator[str]:
    """Give the address of a new PostgreSQL, for a while."""
    server = PostgreSQL(folder, *options)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Give the address of a new Redis that keeps nothing on disk."""
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
