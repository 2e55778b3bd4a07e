"""What is deployed: the described production passes every check, is served and stops gracefully."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from emoplatform.checks import MUST_BE_IN_FRONT, MUST_HAVE_KEYS
from ml.inference import blazeface
from ml.inference.card import BUNDLED
from ml.version_files import NETWORK
from tests.emoplatform.test_settings import LOCAL_DISK, PRODUCTION
from tests.pace import patience, wait_until
from tests.sites import Site, free_address

ROOT = Path(__file__).parents[2]
HEADERS = {"Host": "mood.example.org", "X-Forwarded-Proto": "https"}


def production(folder: Path) -> dict[str, str]:
    """Return the environment of a production that keeps everything in one folder."""
    return LOCAL_DISK | {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "".join(chr(33 + n) for n in range(60)),
        "ENCRYPTION_KEYS": "a random text of more than 32 characters",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "MEDIA_IS_PERSISTENT": "1",
    }


def manage(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_reminds_of_the_proxy_and_of_nothing_else(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", env=production(tmp_path))
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^\?: (.*)$", done.stderr, re.MULTILINE) == [
        f"(emoplatform.I001) {MUST_BE_IN_FRONT}"
    ]


def test_the_deployment_check_says_that_secrets_are_readable(tmp_path: Path) -> None:
    settings = production(tmp_path) | {"ENCRYPTION_KEYS": ""}
    done = manage("check", "--deploy", "--fail-level", "WARNING", env=settings)
    assert done.returncode == 0, done.stderr
    assert MUST_HAVE_KEYS in done.stderr


def test_static_files_are_collected_hashed_and_compressed(
    tmp_path: Path, settings: Settings
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    # Compressing scripts and programs takes most of a minute; style sheets show it as well.
    skipped = [*settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS, "js", "wasm"]
    settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = skipped
    call_command("collectstatic", "--no-input", "--verbosity=0")
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert paths["css/base.css"] != "css/base.css"
    assert (tmp_path / f"{paths['css/base.css']}.gz").exists()
    assert (tmp_path / f"{paths['css/base.css']}.br").exists()


@pytest.mark.slow
def test_the_reader_takes_four_megabytes_once(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_DIRS = [
        ("js/reader", ROOT / "static/js/reader"),
        ("vendor/litert", ROOT / "node_modules/.litert"),
    ]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.WHITENOISE_KEEP_ONLY_HASHED_FILES = True
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", "--no-input", "--verbosity=0")
    files = [blazeface.FILE, BUNDLED / NETWORK]  # are sent as they are
    sent = [*files, *tmp_path.rglob("*.br")]
    assert len(list(tmp_path.rglob("*.wasm.br"))) == 1, "of four variants"
    assert sum(file.stat().st_size for file in sent) <= 4_000_000


def test_app_json_and_procfile_name_every_required_setting_and_process() -> None:
    app = json.loads((ROOT / "app.json").read_text())
    by_addon = {"DATABASE_URL"}
    asked = {name for name, about in app["env"].items() if about.get("required", True)}
    assert set(PRODUCTION) <= asked | by_addon
    assert app["env"]["SECRET_KEY"]["generator"] == "secret"
    assert [pack["url"] for pack in app["buildpacks"]] == [
        *("heroku/nodejs", "heroku/python", "heroku-community/nginx"),
    ]
    processes = {line.partition(":")[0] for line in (ROOT / "Procfile").read_text().splitlines()}
    assert processes == {"release", "web", "worker"}


@pytest.fixture
def server(tmp_path: Path, shared_site: Site) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start gunicorn as the units do, and return its address and process."""
    address = free_address()
    env = production(tmp_path) | {
        "DATABASE_URL": shared_site.database,
        "PORT": address.rpartition(":")[2],
        "WEB_CONCURRENCY": "1",
    }
    with subprocess.Popen(
        [Path(sys.executable).with_name("gunicorn"), "emoplatform.wsgi"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield f"http://{address}", process
        process.kill()


def get(url: str) -> int | None:
    """Return the status of an answer, or nothing from a server that has not started yet."""
    request = urllib.request.Request(url, headers=HEADERS)
    try:
        with urllib.request.urlopen(request) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


@pytest.mark.xdist_group("sites")
def test_gunicorn_serves_logs_no_queries_and_stops_when_asked(
    server: tuple[str, subprocess.Popen[str]],
) -> None:
    base, process = server
    assert wait_until(lambda: get(f"{base}/healthz")) == 200
    assert get(f"{base}/readyz?email=somebody@example.org") == 200
    process.terminate()
    log, _ = process.communicate(timeout=patience(25))
    assert process.returncode == 0, log
    assert "GET /readyz 200" in log
    assert "somebody" not in log


@pytest.mark.xdist_group("sites")
def test_the_procfile_starts_gunicorn_at_the_socket_of_nginx(
    tmp_path: Path, shared_site: Site
) -> None:
    (web,) = re.findall(r"^web: (.+)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
    start, *command = web.split()
    assert start == "bin/start-nginx"
    erb = (ROOT / "config" / "nginx.conf.erb").read_text()
    assert f"server {command[command.index('--bind') + 1]};" in erb
