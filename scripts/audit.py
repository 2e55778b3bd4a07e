"""Ask whether anything that we build on is known to be unsafe: `make audit`.

pip-audit asks about the Python packages and npm about the others. Returns 1 where something is
known; a service that cannot be reached is said and fails nothing, so that no build depends on it.
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


def answer(*command: str) -> Any:
    """Return the JSON that a command prints, whatever its exit status; None where there is none."""
    try:
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return json.loads(told.stdout)
    except (OSError, ValueError):
        return None


def python_packages(auditor: Path) -> tuple[int, list[str]]:
    """Return how many pinned packages were looked up, and what is known of them."""
    asked, known = 0, []
    for file in REQUIREMENTS:
        told = answer(
            *(str(auditor), "--requirement", file, "--no-deps", "--disable-pip"),
            *("--format", "json", "--progress-spinner", "off"),
        )
        for package in (told or {}).get("dependencies", []):
            asked += "skip_reason" not in package
            known += [
                f"{package['name']} {package['version']}: {found['id']}, "
                f"mended in {', '.join(found['fix_versions']) or 'no version yet'}"
                for found in package.get("vulns", [])
            ]
    return asked, known


def browser_libraries() -> tuple[int, list[str]]:
    """Return how many npm packages were looked up, and what is known of them."""
    told = answer("npm", "audit", "--json")
    if not told or "metadata" not in told:
        return 0, []
    found = told.get("vulnerabilities", {}).values()
    return int(told["metadata"]["dependencies"]["total"]), [
        f"{package['name']}: {package['severity']}" for package in found
    ]


def main() -> int:
    """Ask about everything and print what is known."""
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
    for name, (asked, known) in results.items():
        print(f"{name}: {asked} looked up, {len(known)} known to be unsafe")
        if not asked:
            print("  The service that knows could not be reached: nothing was checked.")
        for line in known:
            print(f"  {line}")
    return int(any(known for _, known in results.values()))


if __name__ == "__main__":
    sys.exit(main())
