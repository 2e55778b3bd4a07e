"""Write a bill of materials in CycloneDX's JSON for each set of pinned packages.

Usage: make sbom, or python -m scripts.sbom [FOLDER]

`requirements.cdx.json` and `npm.cdx.json` are what the site runs on, `requirements-train.cdx.json`
what training needs besides, and `requirements-dev.cdx.json` what tests and linters need besides.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from scripts.commands import REQUIREMENTS, ROOT


def write_python(file: str, target: Path) -> None:
    """List the packages of a requirement file."""
    subprocess.run(
        [
            *(Path(sys.executable).with_name("cyclonedx-py"), "requirements", file),
            *("--pyproject", "pyproject.toml", "--output-format", "JSON"),
            *("--output-file", target),
        ],
        cwd=ROOT,
        # It warns that what needs what is not known of such a list.
        env={**os.environ, "PYTHONWARNINGS": "ignore::UserWarning"},
        check=True,
    )


def write_npm(target: Path) -> None:
    """List the packages that pages use.

    npm wants a version of the project, which stands in `pyproject.toml` alone.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / project["name"]
        folder.mkdir()
        for file in ("package.json", "package-lock.json"):
            content = json.loads((ROOT / file).read_text())
            (folder / file).write_text(json.dumps(content | {"version": project["version"]}))
        command = [
            *("npm", "sbom", "--package-lock-only", "--omit=dev"),
            *("--sbom-format=cyclonedx", "--sbom-type=application"),
        ]
        with target.open("w") as output:
            subprocess.run(command, cwd=folder, stdout=output, check=True)


def main() -> None:
    """Write all bills of materials."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "sbom"
    folder.mkdir(parents=True, exist_ok=True)
    for file in REQUIREMENTS:
        write_python(file, folder / f"{Path(file).stem}.cdx.json")
    write_npm(folder / "npm.cdx.json")
    print(f"The bills of materials are in {folder}.")


if __name__ == "__main__":
    main()
