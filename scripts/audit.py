"""Check dependencies for known vulnerabilities: `make audit`.

Uses pip-audit for Python packages and npm for the others. Returns 1 if a vulnerability is known. A
service that cannot be reached is reported but does not fail, so that no build depends on it.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PIP_AUDIT = "pip-audit==2.10.1"
REQUIREMENTS = ("requirements.txt", "requirements-train.txt", "requirements-dev.txt")


def json_output(*command: str) -> Any:
    """Return the JSON that a command prints, whatever its exit status, or None."""
    try:
        process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return json.loads(process.stdout)
    except (OSError, ValueError):
        return None


def python_packages(auditor: Path) -> tuple[int, list[str]]:
    """Return how many pinned packages were checked, and their vulnerabilities."""
    checked, known = 0, []
    for file in REQUIREMENTS:
        report = json_output(
            *(str(auditor), "--requirement", file, "--no-deps", "--disable-pip"),
            *("--format", "json", "--progress-spinner", "off"),
        )
        for package in (report or {}).get("dependencies", []):
            checked += "skip_reason" not in package
            known += [
                f"{package['name']} {package['version']}: {found['id']}, "
                f"fixed in {', '.join(found['fix_versions']) or 'no version yet'}"
                for found in package.get("vulns", [])
            ]
    return checked, known


def browser_libraries() -> tuple[int, list[str]]:
    """Return how many npm packages were checked, and their vulnerabilities."""
    report = json_output("npm", "audit", "--json")
    if not report or "metadata" not in report:
        return 0, []
    found = report.get("vulnerabilities", {}).values()
    return int(report["metadata"]["dependencies"]["total"]), [
        f"{package['name']}: {package['severity']}" for package in found
    ]


def main() -> int:
    """Check all dependencies, and print the vulnerabilities."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = Path(folder) / "bin" / "pip"
        subprocess.run(
            [pip, "install", "--quiet", PIP_AUDIT], stderr=subprocess.DEVNULL, check=False
        )
        results = {
            "Python packages": python_packages(Path(folder) / "bin" / "pip-audit"),
            "npm packages": browser_libraries(),
        }
    for name, (checked, known) in results.items():
        print(f"{name}: {checked} checked, {len(known)} vulnerabilities")
        if not checked:
            print("  The service could not be reached: nothing was checked.")
        for line in known:
            print(f"  {line}")
    return int(any(known for _, known in results.values()))


if __name__ == "__main__":
    sys.exit(main())
