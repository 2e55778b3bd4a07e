"""Proxies from Debian before gunicorn, each with as little configuration as it needs."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import nginx
from tests.pace import wait_until
from tests.sites import free_address

START_WITHIN = 20.0  # seconds


@dataclass(frozen=True)
class Proxy:
    """A program that passes requests on.

    Attributes:
        program: the executable.
        package: the Debian package that brings it.
        configuration: returns the text of a configuration, of the folder that the program may
            write to, the address to listen on, and the address to pass requests on to.
        arguments: of the program; `{file}` and `{folder}` are replaced.
    """

    program: str
    package: str
    configuration: Callable[[Path, str, str], str]
    arguments: tuple[str, ...]

    @property
    def executable(self) -> str:
        """The path of the program, or the empty string where its package is not installed."""
        return (
            shutil.which(self.program, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin")
            or ""
        )

    @contextmanager
    def running(self, folder: Path, backend: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
        """Run the proxy before an address, and yield its own address and its process."""
        folder.mkdir()
        address = free_address()
        file = folder / "configuration"
        file.write_text(self.configuration(folder, address, backend))
        arguments = [argument.format(file=file, folder=folder) for argument in self.arguments]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [self.executable, *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )
        try:
            wait_until(
                lambda: nginx.is_listening(address) or process.poll() is not None,
                seconds=START_WITHIN,
            )
            if process.poll() is not None:
                sys.exit(f"{self.program} did not start: {(folder / 'log').read_text()[-2000:]}")
            yield address, process
        finally:
            process.terminate()
            process.wait()


def haproxy(reuse: str) -> Callable[[Path, str, str], str]:
    """Return the configuration of HAProxy with a mode of `http-reuse`."""
    return lambda _folder, address, backend: (
        f"""
defaults
    mode http
    option forwardfor
    timeout connect 5s
    timeout client 10s
    timeout server 10s
frontend public
    bind {address}
    http-request set-header X-Forwarded-Proto https
    default_backend site
backend site
    http-reuse {reuse}
    server gunicorn {backend}
"""
    )


def caddy(_folder: Path, address: str, backend: str) -> str:
    """Return the configuration of Caddy."""
    host, _, port = address.partition(":")
    return f"""
{{
    admin off
    auto_https off
}}
:{port} {{
    bind {host}
    reverse_proxy {backend} {{
        header_up X-Forwarded-Proto https
    }}
}}
"""


def apache(folder: Path, address: str, backend: str) -> str:
    """Return the configuration of Apache."""
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in ("mpm_event", "authz_core", "headers", "proxy", "proxy_http")
    )
    return f"""
ServerRoot {folder}
ServerName 127.0.0.1
Listen {address}
PidFile {folder}/pid
ErrorLog {folder}/error.log
{modules}
User www-data
Group www-data
StartServers 1
ServerLimit 1
ProxyPreserveHost On
RequestHeader set X-Forwarded-Proto https
ProxyPass / http://{backend}/
"""


PROXIES = {
    "nginx": Proxy("nginx", "nginx", nginx.configuration, ("-p", "{folder}", "-c", "{file}")),
    **{
        f"HAProxy {reuse}": Proxy("haproxy", "haproxy", haproxy(reuse), ("-db", "-f", "{file}"))
        for reuse in ("never", "safe", "aggressive", "always")
    },
    "Caddy": Proxy(
        "caddy", "caddy", caddy, ("run", "--adapter", "caddyfile", "--config", "{file}")
    ),
    "Apache": Proxy("apache2", "apache2", apache, ("-DFOREGROUND", "-f", "{file}")),
}
