"""A production that is not fully described refuses to start and says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "mood.example.org",
    "DATABASE_URL": "postgres://user:word@localhost/emoplatform",
    "EMAIL_URL": "smtp+tls://user:word@localhost:587",
}


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Load the settings in a fresh process that knows only this environment."""
    code = (
        "import django; django.setup(); from django.conf import settings;"
        "print(settings.DEBUG, settings.ACCOUNT_EMAIL_VERIFICATION)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "emoplatform.settings",
            **environment,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_described_production_starts_without_debug_and_verifies_e_mail() -> None:
    done = start(PRODUCTION)
    assert done.stdout.split() == ["False", "mandatory"], done.stderr


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_production_without_a_setting_refuses_to_start_and_names_it(missing: str) -> None:
    done = start({name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode != 0
    assert f"Environment variable {missing}: expected " in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].endswith("received nothing.")


def test_development_needs_no_setting_but_debug() -> None:
    done = start({"DEBUG": "1"})
    assert done.stdout.split() == ["True", "none"], done.stderr
