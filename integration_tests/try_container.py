"""Execute the Dockerfile without a container engine, then start the site and check it.

Usage, as root on Linux: python -m integration_tests.try_container [--base ROOT] [--target web]

Every stage is an overlay over ROOT in which the RUN, COPY and CMD lines are executed. ROOT stands
in for the base images and so needs Python with venv, and `npm` (on Debian the packages python3-venv
and npm). It is this machine's own system by default, or a fresh one made by debootstrap.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template

from pathspec import PathSpec

from common.option_parsers import OneLineParser

ROOT = Path(__file__).parents[1]
PRODUCTION = {
    "SECRET_KEY": "".join(chr(65 + n % 58) for n in range(60)),
    "ALLOWED_HOSTS": "mood.example.org",
    "DATABASE_URL": "sqlite:////site/var/db.sqlite3",
    "EMAIL_URL": "consolemail://",
    "MEDIA_IS_PERSISTENT": "1",
}
# How this machine reaches package registries; not part of any image.
REGISTRIES = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("PIP_", "NODE_", "npm_config_", "SSL_"))
}


@dataclass
class Stage:
    """A stage of the build: its layers, the topmost first, and the environment of its commands."""

    layers: list[Path]
    root: Path = Path("/")
    env: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def mount(self, layer: Path) -> None:
        """Mount a new, empty layer over the others."""
        upper, work, self.root = (layer / name for name in ("upper", "work", "root"))
        for folder in (upper, work, self.root):
            folder.mkdir(parents=True)
        lower = ":".join(map(str, self.layers))
        layers = f"lowerdir={lower},upperdir={upper},workdir={work}"
        run("mount", "-t", "overlay", "overlay", "-o", layers, str(self.root))
        for shared in ("dev", "proc"):
            run("mount", "--rbind", f"/{shared}", str(self.root / shared))
        self.layers = [upper, *self.layers]

    def start(self, command: list[str], **env: str) -> subprocess.Popen[bytes]:
        """Start a command inside the stage, as its user and in its folder."""
        inside = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        defaults = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp"}  # noqa: S108
        return subprocess.Popen(
            ["chroot", f"--userspec={self.user}", str(self.root), "sh", "-c", inside],  # noqa: S607
            env=defaults | self.env | env,
        )

    def run(self, command: list[str], **env: str) -> None:
        """Run a command inside the stage, and exit if it fails."""
        if status := self.start(command, **env).wait():
            sys.exit(f"{shlex.join(command)} ended with {status}.")

    def copy(self, words: list[str], stages: dict[str, "Stage"]) -> None:
        """Copy files from another stage, or from the build context."""
        other = next((stages[w.removeprefix("--from=")] for w in words if w[:7] == "--from="), None)
        *sources, target = [word for word in words if not word.startswith("--")]
        destination = self.root / (Path(self.folder) / target).relative_to("/")
        for source in sources:
            if other:
                shutil.copytree(other.root / source.lstrip("/"), destination, symlinks=True)
            elif source == ".":
                for path in context():
                    (destination / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / path, destination / path)
            else:
                shutil.copy2(ROOT / source, destination)


def run(*command: str) -> None:
    """Run a command on this machine."""
    subprocess.run(command, check=True)


def ignored_files() -> PathSpec:
    """Return the patterns of .dockerignore, which unlike .gitignore start at the root."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    return PathSpec.from_lines(
        "gitignore", [line if line.startswith("**/") else f"/{line}" for line in patterns]
    )


def context() -> list[Path]:
    """Return the files of the build context, relative to the repository."""
    ignored = ignored_files()
    found = []
    for where, folders, files in os.walk(ROOT):
        here = Path(where).relative_to(ROOT)
        folders[:] = [name for name in folders if not ignored.match_file(here / name)]
        found += [here / name for name in files if not ignored.match_file(here / name)]
    return found


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile with their arguments."""
    whole = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    lines = [line.split(maxsplit=1) for line in whole.splitlines() if line.strip()]
    return [(name, rest) for name, rest in lines]


def layers_of(base: Path, folder: Path) -> list[Path]:
    """Return the layers of a system in which Python is `python`, which Debian calls `python3`."""
    if any((base / place / "python").exists() for place in ("usr/bin", "usr/local/bin")):
        return [base]
    layer = folder / "python"
    programs = layer / "usr" / "local" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to("/usr/bin/python3")
    return [layer, base]


def build(base: Path, target: str, folder: Path) -> Stage:
    """Execute the Dockerfile up to the end of a stage, and return it."""
    text = (ROOT / "Dockerfile").read_text()
    stages: dict[str, Stage] = {}
    layers = layers_of(base, folder)
    needed = True
    for name, rest in instructions(text):
        words = shlex.split(rest)
        if name == "FROM":
            image, _, title = words
            needed = title == target or re.search(rf"(FROM |--from=){title}\b", text) is not None
            if needed:
                known = stages.get(image, Stage(layers))
                stage = stages[title] = replace(known, env=dict(known.env))
                stage.mount(folder / title)
        if not needed:
            continue
        print(f"{name} {rest}", flush=True)
        if name == "WORKDIR":
            stage.folder = rest
            (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "ENV":
            path = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} | stage.env
            stage.env |= {
                key: Template(value).safe_substitute(path)
                for key, value in (word.split("=", 1) for word in words)
            }
        elif name == "USER":
            stage.user = rest
        elif name == "COPY":
            stage.copy(words, stages)
        elif name == "RUN":
            stage.run(["sh", "-c", rest], **REGISTRIES)
        elif name == "HEALTHCHECK":
            stage.health = json.loads(rest.partition("CMD ")[2])
        elif name == "CMD":
            stage.command = json.loads(rest)
    return stages[target]


def check(stage: Stage) -> None:
    """Migrate, serve, wait until the health check passes, read /readyz, and stop."""
    stage.run(["python", "manage.py", "migrate", "--no-input", "--verbosity", "0"], **PRODUCTION)
    server = stage.start(stage.command, **PRODUCTION)
    until = time.monotonic() + 60
    while stage.start(["sh", "-c", f"{shlex.join(stage.health)} 2>&-"], **PRODUCTION).wait():
        if time.monotonic() > until:
            server.kill()
            sys.exit("The health check does not pass.")
        time.sleep(1)
    request = urllib.request.Request(
        "http://127.0.0.1:8000/readyz", headers={"Host": PRODUCTION["ALLOWED_HOSTS"]}
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310
        print(response.status, response.read().decode())
    server.terminate()
    print("Stopped with", server.wait())


def in_namespace(module: str) -> None:
    """Run a module again in a mount namespace, with which all mounts disappear."""
    if "IN_NAMESPACE" not in os.environ:
        again = ["unshare", "--mount", sys.executable, "-m", module, *sys.argv[1:]]
        sys.exit(subprocess.call(again, env=os.environ | {"IN_NAMESPACE": "1"}))


@contextmanager
def folder_of_layers(name: str) -> Iterator[Path]:
    """Yield a folder in memory, since layers must not lie in one another; inside a namespace."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    run("mount", "-t", "tmpfs", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        run("umount", "--recursive", str(folder))
        folder.rmdir()


def main() -> None:
    """Build a stage and check what it starts."""
    parser = OneLineParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--base", type=Path, default=Path("/"), help="root of a fresh system")
    parser.add_argument("--target", default="web", help="stage to build; default: web")
    options = parser.parse_args()
    in_namespace("integration_tests.try_container")
    with folder_of_layers("container") as folder:
        stage = build(options.base.resolve(), options.target, folder)
        if stage.health:
            check(stage)
        else:
            stage.run(stage.command, **PRODUCTION)


if __name__ == "__main__":
    main()
