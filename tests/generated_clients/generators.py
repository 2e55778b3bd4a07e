"""Generators of clients and linters of OpenAPI documents, as somebody at a terminal runs them.

`make clients` installs them into this folder, by locks that the site's packages know nothing of.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = HERE / ".venv" / "bin"
NODE = HERE / "node_modules"


@dataclass(frozen=True, slots=True)
class Run:
    """What a program said.

    Attributes:
        warnings: lines of its output that warn.
    """

    code: int
    output: str

    @property
    def warnings(self) -> list[str]:
        return [line for line in self.output.splitlines() if re.search(r"\bwarn", line, re.I)]


def is_installed() -> bool:
    return (PYTHON / "python").exists() and (NODE / ".bin").exists()


def run(*command: str | Path, folder: Path) -> Run:
    """Run a program in a folder."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={"PATH": f"{PYTHON}:/usr/bin:/bin", "HOME": str(folder), "REDOCLY_TELEMETRY": "off"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Run(done.returncode, done.stdout)


def generate_python(document: Path, folder: Path) -> Run:
    """Generate the package `emoplatform_client`, and put its walk and checks beside it."""
    shutil.copytree(HERE / "python", folder, dirs_exist_ok=True)
    return run(
        *(PYTHON / "openapi-python-client", "generate", "--path", document),
        *("--config", HERE / "openapi-python-client.yaml", "--meta", "none"),
        *("--output-path", "emoplatform_client"),
        folder=folder,
    )


def generate_typescript(document: Path, folder: Path) -> tuple[Run, Run]:
    """Generate a client by @hey-api/openapi-ts, and types by openapi-typescript."""
    shutil.copytree(HERE / "typescript", folder, dirs_exist_ok=True)
    shutil.copy(HERE / "package.json", folder)
    shutil.copy(document, folder / "openapi.json")
    (folder / "node_modules").symlink_to(NODE)
    hey_api = run(NODE / ".bin" / "openapi-ts", "-f", "openapi-ts.config.mjs", folder=folder)
    types = ("openapi.json", "--output", "openapi_typescript.d.ts")
    return hey_api, run(NODE / ".bin" / "openapi-typescript", *types, folder=folder)


def generate_for_phones(language: str, document: Path, folder: Path) -> Run:
    """Generate a client in Kotlin or Swift by OpenAPI Generator."""
    command = (PYTHON / "openapi-generator-cli", "generate", "-i", document, "-g", language)
    return run(*command, "-o", language, folder=folder)
