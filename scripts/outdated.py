"""List the pins that are behind: Python and npm packages, container images, GitHub actions.

Usage: make outdated

Asks uv, npm, skopeo (for images) and git (for actions). Returns 2 if something could not be
checked, otherwise 0: being behind is no failure.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.commands import NPM_FOLDERS, REQUIREMENTS, ROOT, json_output, text_output

CONTAINERS = ("Dockerfile", "compose.yaml")
WORKFLOW = ".github/workflows/ci.yml"
IMAGE = re.compile(
    r"^(?:FROM| *image:) (?P<name>[\w./-]+):(?P<tag>[\w.-]+)(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.MULTILINE,
)
ACTION = re.compile(
    r"uses: (?P<name>[\w.-]+/[\w.-]+)@(?P<commit>\S+) # v(?P<version>[\d.]+)$", re.M
)
RELEASE = re.compile(
    r"^(?P<commit>\w{40})\trefs/tags/v(?P<version>\d+\.\d+\.\d+)(?:\^\{\})?$", re.M
)
HOME_OF_ACTIONS = "https://github.com"
UNCHECKED = 2  # exit status


@dataclass(frozen=True)
class Pin:
    """A pin that is behind, and the file in which it stands."""

    name: str
    pinned: str
    newest: str
    file: str

    def __str__(self) -> str:
        return f"{self.name:32} {self.pinned:20} {self.newest:20} {self.file}"


class UncheckedError(Exception):
    """Something could not be checked; the message says what and why."""


def python_pins() -> Iterator[Pin]:
    """Yield the Python packages of this environment for which there is a newer release.

    Raises:
        UncheckedError: If uv gets no answer.
    """
    uv = Path(sys.executable).with_name("uv")
    command = (uv, "pip", "list", "--python", sys.executable, "--outdated", "--format", "json")
    packages = json_output(*command)
    if packages is None:
        raise UncheckedError("Python packages: uv got no answer")
    files = [Path(file).with_suffix(suffix) for suffix in (".in", ".txt") for file in REQUIREMENTS]
    pinned: dict[str, str] = {}
    for file in files:
        for name in re.findall(r"^[a-z][\w.-]*", (ROOT / file).read_text(), re.MULTILINE):
            pinned.setdefault(name, file.name)
    for package in packages:
        if file_name := pinned.get(package["name"]):
            yield Pin(package["name"], package["version"], package["latest_version"], file_name)


def npm_pins() -> Iterator[Pin]:
    """Yield the npm packages that we name for which there is a release that this Node.js can run.

    Raises:
        UncheckedError: If npm gets no answer.
    """
    for prefix, folder in NPM_FOLDERS.items():
        file = f"{prefix}package.json"
        packages = json_output("npm", "outdated", "--json", folder=folder)
        if packages is None or "error" in packages:
            raise UncheckedError(f"{file}: npm got no answer")
        for name, package in packages.items():
            if package["wanted"] != package["latest"]:  # otherwise it is only not installed
                yield Pin(name, package["wanted"], package["latest"], file)


def image_pins() -> Iterator[Pin]:
    """Yield the images whose tag was built again, or of whose line there is a newer version.

    Raises:
        UncheckedError: If skopeo gets no answer.
    """
    for file in CONTAINERS:
        for image in IMAGE.finditer((ROOT / file).read_text()):
            name, tag, digest = image["name"], image["tag"], image["digest"]
            listed = json_output("skopeo", "list-tags", f"docker://{name}")
            inspect = ("skopeo", "inspect", "--format", "{{.Digest}}", f"docker://{name}:{tag}")
            current = text_output(*inspect)
            if not listed or not current:
                raise UncheckedError(f"images of {file}: skopeo is not installed or got no answer")
            newest = newest_tag(name, tag, listed["Tags"])
            if newest != tag:
                yield Pin(name, tag, newest, file)
            elif digest != current.strip():
                yield Pin(name, tag, "built again", file)


def newest_tag(name: str, tag: str, tags: list[str]) -> str:
    """Return the newest tag of a line: of a major version, or for Python of `.python-version`.

    >>> newest_tag("redis", "7.4.11-bookworm", ["8.0.1-bookworm", "7.4.12-bookworm", "7.5.1"])
    '7.4.12-bookworm'
    """
    version, _, variant = tag.partition("-")
    line = version.split(".")[0]
    if name == "python":
        line = (ROOT / ".python-version").read_text().strip()
    pattern = re.compile(
        rf"{re.escape(line)}(\.\d+)+" + (f"-{re.escape(variant)}" if variant else "")
    )
    return max((one for one in [tag, *tags] if pattern.fullmatch(one)), key=numbers)


def numbers(version: str) -> list[int]:
    """Return the numbers of a version, to compare it with others."""
    return [int(number) for number in version.partition("-")[0].split(".")]


def action_pins() -> Iterator[Pin]:
    """Yield the actions with a newer release, or whose release is no longer the pinned commit.

    Raises:
        UncheckedError: If git gets no answer.
    """
    for action in ACTION.finditer((ROOT / WORKFLOW).read_text()):
        name, version = action["name"], action["version"]
        listed = text_output("git", "ls-remote", "--tags", f"{HOME_OF_ACTIONS}/{name}")
        if not listed:
            raise UncheckedError(f"actions of {WORKFLOW}: git got no answer")
        # An annotated tag comes twice, at last with its commit.
        commits = {found["version"]: found["commit"] for found in RELEASE.finditer(listed)}
        newest = max(commits, key=numbers)
        if newest != version:
            yield Pin(name, version, newest, WORKFLOW)
        elif commits[version] != action["commit"]:
            yield Pin(name, version, "moved", WORKFLOW)


def main() -> int:
    """Print a table of what is behind, and what could not be checked."""
    unchecked = []
    print(Pin("name", "pinned", "newest", "file"))
    for kind in (python_pins, npm_pins, image_pins, action_pins):
        try:
            for pin in kind():
                print(pin, flush=True)
        except UncheckedError as error:
            unchecked.append(error)
    for one in unchecked:
        print(f"Could not check {one}.", file=sys.stderr)
    return UNCHECKED if unchecked else 0


if __name__ == "__main__":
    sys.exit(main())
