"""A setting that makes no sense stops the start with one line that names it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emoplatform.test_settings import PRODUCTION
from tests.pace import patience

ROOT = Path(__file__).parents[2]
WRONG = {
    "DEBUG": "perhaps",
    "SECRET_KEY": "short",
    "ENCRYPTION_KEYS": "geheim",
    "PICTURE_KEYS": "geheim",
    "BACKUP_RECIPIENTS": "AGE-SECRET-KEY-geheim",
    "BACKUP_SIGNING_KEY": "geheim",
    "ALLOWED_HOSTS": " , ",
    "DATABASE_URL": "mysql://user:geheim@host/name",
    "REDIS_URL": "memcached://:geheim@host",
    "METRICS_TOKEN": "geheim",
    "SENTRY_DSN": "sentry.example.org/geheim",
    "EMAIL_URL": "pigeon://user:geheim@host",
    "SITE_URL": "mood.example.org",
    "VAPID_PRIVATE_KEY": "geheim",
    "SIGN_UP": "perhaps",
    "VAPID_CONTACT": "nobody",
    "SECURITY_CONTACT": "https://",
    "STORAGE_URL": "ftp://key:geheim@host/photos",
    "MEDIA_IS_PERSISTENT": "perhaps",
    "API_LIMIT_PERSON": "many",
    "API_LIMIT_CAPTURE": "0/m",
    "API_LIMIT_DETECT": "5/day",
    "API_LIMIT_ADDRESS": "-1/m",
    "PAGE_LIMIT": "many",
    "PICTURE_LIMIT": "1/d",
    "CHART_LIMIT": "",
    "QUOTA_PICTURES": "2 gigabytes",
    "QUOTA_MOMENTS_A_DAY": "0",
    "QUOTA_IMPORTED_A_DAY": "-1",
    "QUOTA_TAGS": "many",
    "QUOTA_HEAVY_AT_ONCE": "0.5",
    "IMPORTS_AT_ONCE": "",
    "CORS_ALLOWED_ORIGINS": "app.example.org",
    "EMOTION_DATASET": "/nothing/here.zip",
    "TIME_ZONE": "Mars/Base",
}


def begin(program: list[str], **wrong: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, **wrong},
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(60),
    )


def test_every_setting_is_tried() -> None:
    settings = "".join(
        (ROOT / "emoplatform" / name).read_text() for name in ("settings.py", "allowances.py")
    )
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    # Any text will do as an address of e-mail, and any absolute path as a folder.
    assert read - {"DEFAULT_FROM_EMAIL", "CONTACT_EMAIL", "MEDIA_ROOT"} <= WRONG.keys() | {
        f"API_LIMIT_{scope}" for scope in ("PERSON", "CAPTURE", "DETECT", "ADDRESS")
    }


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named_in_one_line(name: str) -> None:
    done = begin(["manage.py", "check"], **{name: WRONG[name]})
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Environment variable {name}: expected ")
    assert "geheim" not in done.stdout + done.stderr


def test_no_web_process_starts_with_one() -> None:
    done = begin(["-m", "gunicorn", "emoplatform.wsgi", "--bind", "127.0.0.1:0"], TIME_ZONE="Mars")
    assert done.returncode != 0
    assert "Environment variable TIME_ZONE: expected" in done.stderr
    assert "Traceback" not in done.stderr
