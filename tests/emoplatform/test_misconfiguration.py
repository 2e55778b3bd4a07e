"""A setting that makes no sense stops the start with one line that names it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emoplatform.test_settings import PRODUCTION, complaint, loaded_settings
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
    "SCRIPT_NAME": "/mood",
    "WEB_CONCURRENCY": "abc",
    "DEFAULT_FROM_EMAIL": "not an address",
    "CONTACT_EMAIL": "nobody",
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


def complaint_about(**wrong: str) -> str:
    return complaint({**PRODUCTION, **wrong})


def test_every_setting_is_tried() -> None:
    settings = "".join(
        (ROOT / "emoplatform" / name).read_text()
        for name in ("settings.py", "environment/allowances.py")
    )
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    # Any absolute path will do as a folder.
    assert read - {"MEDIA_ROOT"} <= WRONG.keys() | {
        f"API_LIMIT_{scope}" for scope in ("PERSON", "CAPTURE", "DETECT", "ADDRESS")
    }


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named_in_one_line(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = complaint_about(**{name: WRONG[name]}).splitlines()
    assert line.startswith(f"Environment variable {name}: expected ")
    assert "geheim" not in line
    assert capsys.readouterr() == ("", "")


def test_a_command_ends_with_that_line() -> None:
    done = begin(["manage.py", "check"], TIME_ZONE=WRONG["TIME_ZONE"])
    assert done.returncode != 0
    assert done.stderr.splitlines() == [complaint_about(TIME_ZONE=WRONG["TIME_ZONE"])]


def test_all_faults_are_told_at_once_each_by_its_own_name() -> None:
    wrong = {name: value for name, value in WRONG.items() if name != "DEBUG"}  # has defaults
    done = begin(["manage.py", "check"], **wrong)
    assert done.returncode != 0
    lines = done.stderr.splitlines()
    names = [re.match(r"Environment variable (\w+): expected ", line) for line in lines]
    assert sorted(name[1] for name in names if name) == sorted(wrong)
    assert len(lines) == len(wrong)
    assert "geheim" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("ALLOWED_HOSTS", hosts) for hosts in ("*", "https://a.example", "a.example b.example")),
        *(("ALLOWED_HOSTS", hosts) for hosts in ("::1,a.example", "a.example:8443", "[1::2::3]")),
        *(("SITE_URL", url) for url in ("https://a.example/mood", "https://[::x]", "//a.example")),
        ("SITE_URL", "https://a.example:99999"),
        *(("EMAIL_URL", f"smtp+tls://me:{password}@host:587") for password in ("a#ss", "12/3?x")),
        ("EMAIL_URL", "smtp://host:port"),
        ("REDIS_URL", "redis://:pass#word@host:6379/0"),
        ("REDIS_URL", "redis://[::x]:6379/0"),
        ("DATABASE_URL", "postgres://me:pa#ss@host/name"),
        ("DATABASE_URL", "sqlite:////nothing/here/db.sqlite3"),
        ("VAPID_CONTACT", "mailto:nobody"),
    ],
)
def test_a_form_that_others_take_is_blamed_on_its_own_name(name: str, value: str) -> None:
    (line,) = complaint_about(**{name: value}).splitlines()
    assert line.startswith(f"Environment variable {name}: expected ")


@pytest.mark.parametrize(
    "right",
    [
        {"ALLOWED_HOSTS": "[::1], .example.org,web_1"},
        {"ALLOWED_HOSTS": "[::1]", "SITE_URL": "https://[::1]:8443"},
        {"REDIS_URL": "redis://:p%23s@[::1]:6379/1"},
        {"DATABASE_URL": "postgres://me:p%23s@[::1]:5432/name"},
        {"EMAIL_URL": "smtp+tls://me%40a.example:p%23s%2F@[::1]:587"},
        {"DEFAULT_FROM_EMAIL": "Mood <mood@intranet>"},
    ],
)
def test_what_is_right_is_taken(right: dict[str, str]) -> None:
    assert loaded_settings({**PRODUCTION, **right})["DEBUG"] is False


@pytest.mark.parametrize(
    ("name", "value"), [("WEB_CONCURRENCY", "0"), ("PORT", "abc"), ("PORT", "70000")]
)
def test_gunicorn_names_a_wrong_number(name: str, value: str) -> None:
    done = begin(["-m", "gunicorn", "emoplatform.wsgi"], **{name: value})
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Environment variable {name}: expected a")


def test_no_web_process_starts_with_one() -> None:
    done = begin(["-m", "gunicorn", "emoplatform.wsgi", "--bind", "127.0.0.1:0"], TIME_ZONE="Mars")
    assert done.returncode != 0
    assert "Environment variable TIME_ZONE: expected" in done.stderr
    assert "Traceback" not in done.stderr
