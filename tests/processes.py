"""Processes that start afresh, with the settings of development."""

import os
import subprocess
import sys

from tests.sites import ROOT


def run_python(code: str) -> "subprocess.CompletedProcess[str]":
    """Run a program of Python to its end."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "emoplatform.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def manage_without(library: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command of manage.py as where a library is not installed."""
    return run_python(
        f"import sys; sys.modules[{library!r}] = None\n"
        "from django.core.management import execute_from_command_line as run\n"
        f"run({['manage.py', *map(str, arguments)]!r})"
    )
