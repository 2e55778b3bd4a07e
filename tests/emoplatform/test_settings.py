"""A production that is not fully described refuses to start and says what is missing."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from emoplatform.environment import Environment, SettingErrors

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "mood.example.org",
    "DATABASE_URL": "postgres://user:word@localhost/emoplatform",
    "EMAIL_URL": "smtp+tls://user:word@localhost:587",
    "STORAGE_URL": "s3://key:geheim@s3.example.org/photos?region=eu-central-1",
}
LOCAL_DISK = {name: value for name, value in PRODUCTION.items() if name != "STORAGE_URL"}


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Load the settings in a fresh process that knows only this environment."""
    code = (
        "import django; django.setup(); from django.conf import settings;"
        "print(settings.DEBUG, settings.ACCOUNT_EMAIL_VERIFICATION,"
        " settings.STORAGES['default']['BACKEND'].rpartition('.')[2],"
        " sorted({'boto3', 'botocore'} & set(__import__('sys').modules)))"
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


def loaded_settings(environment: dict[str, str]) -> dict[str, Any]:
    """Return what the settings are in this environment; that takes no process of its own."""
    known = {"PATH": os.environ["PATH"], **environment}
    with patch.dict(os.environ, known, clear=True):
        return runpy.run_path(str(ROOT / "emoplatform" / "settings.py"))


def complaint(environment: dict[str, str]) -> str:
    """Return what loading the settings complains about."""
    with pytest.raises(SettingErrors) as refused:
        loaded_settings(environment)
    return str(refused.value)


def test_a_described_production_starts_without_debug_and_verifies_e_mail() -> None:
    done = start(PRODUCTION)
    assert done.stdout.split()[:3] == ["False", "mandatory", "BucketStorage"], done.stderr


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_production_without_a_setting_refuses_to_start_and_names_it(missing: str) -> None:
    told = complaint({name: value for name, value in PRODUCTION.items() if name != missing})
    assert told.splitlines()[-1].startswith(f"Environment variable {missing}: expected ")
    assert told.endswith("received nothing.")


def test_production_keeps_no_photos_on_a_disk_that_nobody_calls_persistent() -> None:
    told = complaint(LOCAL_DISK | {"MEDIA_IS_PERSISTENT": "0"})
    assert "STORAGE_URL" in told
    assert "MEDIA_IS_PERSISTENT=1" in told


def test_production_on_a_persistent_disk_never_loads_the_library_of_the_bucket() -> None:
    done = start(LOCAL_DISK | {"MEDIA_IS_PERSISTENT": "1"})
    assert done.stdout.split() == ["False", "mandatory", "LocalStorage", "[]"], done.stderr


def test_a_bucket_address_becomes_settings() -> None:
    address = "s3+http://key:sl%2Fash@127.0.0.1:9000/photos?region=auto"
    bucket = Environment({"STORAGE_URL": address}).bucket("STORAGE_URL", required=True)
    assert bucket is not None
    options = bucket["OPTIONS"]
    assert options["endpoint_url"] == "http://127.0.0.1:9000"
    assert (options["access_key"], options["secret_key"]) == ("key", "sl/ash")
    assert (options["bucket_name"], options["region_name"]) == ("photos", "auto")


def test_a_wrong_bucket_stops_the_start_without_telling_its_secret() -> None:
    told = complaint(PRODUCTION | {"STORAGE_URL": "s3://key:geheim@s3.example.org/photos"})
    assert told.startswith("Environment variable STORAGE_URL: expected s3://")
    assert "geheim" not in told


def test_development_needs_no_setting_but_debug() -> None:
    done = start({"DEBUG": "1"})
    assert done.stdout.split() == ["True", "none", "LocalStorage", "[]"], done.stderr
