"""What the commands of package managers say."""

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NPM_FOLDERS = {
    folder: ROOT / folder
    for folder in ("", "benchmarks/peers/", "scripts/lighthouse/", "tests/generated_clients/")
}
"""The folders with an npm lock, by their prefix."""
SEPARATE_REQUIREMENTS = (
    "benchmarks/peers/requirements.txt",
    "tests/generated_clients/requirements.txt",
)
"""What is measured beside ours, and what generates clients, in environments of their own."""
REQUIREMENTS = ("requirements.txt", "requirements-train.txt", "requirements-dev.txt")
"""Each contains the ones before it."""
TIMEOUT = 300  # seconds


def json_output(*command: str | Path, folder: Path = ROOT) -> Any:
    """Return the JSON that a command prints, whatever its exit status; None if it prints none."""
    output = text_output(*command, folder=folder)
    try:
        return json.loads(output or "")
    except ValueError:
        return None


def text_output(*command: str | Path, folder: Path = ROOT) -> str | None:
    """Return what a command prints, whatever its exit status; None if it cannot run or end."""
    try:
        return subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=TIMEOUT,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
