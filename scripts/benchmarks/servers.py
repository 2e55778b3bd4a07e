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


@contextmanager
def postgres(folder: Path, *options: str) -> Iterator[str]:
    """Give the address of a new PostgreSQL whose data are below a folder.

    It is as careful with the disk as in production. PostgreSQL refuses to run as root, so the
    account `postgres` runs it then.

    Args:
        options: settings such as `max_wal_size=4GB`.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise MissingServerError("postgresql")
    programs, data, port = found[-1].parent, folder / "postgres", free_port()
    data.mkdir()
    somebody: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        folder.chmod(0o755)
        somebody = ["runuser", "-u", "postgres", "--"]
    subprocess.run(
        [*somebody, programs / "initdb", "--pgdata", data, "--auth", "trust"]
        + ["--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8"],
        cwd=data,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    told = [f"port={port}", f"unix_socket_directories={data}", "listen_addresses=127.0.0.1"]
    control = [*somebody, str(programs / "pg_ctl"), "--pgdata", str(data), "--wait"]
    given = " ".join(f"-c {option}" for option in [*told, *options])
    subprocess.run(
        [*control, "--log", str(data / "log"), "--options", given, "start"],
        cwd=data,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*control, "--mode", "immediate", "stop"],
            cwd=data,
            check=True,
            stdout=subprocess.DEVNULL,
        )


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
