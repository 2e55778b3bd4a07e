"""The container files: nothing private gets into an image, and they run what the site has."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from integration_tests.try_container import ignored_files, instructions

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


@pytest.mark.parametrize(
    "private",
    [
        *(".env", ".git/config", "var/db.sqlite3", "var/media/face.jpg", "datasets/archive.zip"),
        *("runs/one/emotion.keras", "node_modules/chart.js/package.json", ".venv/bin/python"),
        *("scripts/lighthouse/node_modules/x", "emotions/__pycache__/models.pyc"),
    ],
)
def test_an_image_gets_nothing_private_and_nothing_that_is_made(private: str) -> None:
    assert ignored_files().match_file(private)


@pytest.mark.parametrize(
    "needed",
    [
        "manage.py",
        "gunicorn.conf.py",
        "emotions/urls.py",
        "static/css/base.css",
        "package.json",
    ],
)
def test_an_image_gets_what_the_site_needs(needed: str) -> None:
    assert (ROOT / needed).exists()
    assert not ignored_files().match_file(needed)


def test_what_git_ignores_gets_into_no_image() -> None:
    for line in (ROOT / ".gitignore").read_text().split():
        example = line.strip("/").replace("*", "x").replace("[cod]", "c")
        assert ignored_files().match_file(example), line


def test_images_have_the_python_of_the_site_and_run_without_rights() -> None:
    version = (ROOT / ".python-version").read_text().strip()
    assert f"FROM python:{version}." in DOCKERFILE
    ends = [
        stage for stage in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE) if "CMD" in stage
    ]
    assert len(ends) == 2
    for stage in ends:
        *_, user = (rest for name, rest in instructions(f"FROM {stage}") if name == "USER")
        assert int(user) > 0


def test_only_nginx_is_reached_from_outside_and_reaches_gunicorn(services: dict[str, Any]) -> None:
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert published == {"proxy": ["127.0.0.1:8000:8000"]}
    *_, command = (rest for name, rest in instructions(DOCKERFILE) if name == "CMD")
    assert yaml.safe_load(command) == [*("gunicorn", "--bind", "0.0.0.0:8000"), "emoplatform.wsgi"]
    for volume in services["proxy"]["volumes"]:
        assert (ROOT / volume.partition(":")[0]).exists()
    assert "server web:8000;" in (ROOT / "deploy" / "nginx" / "compose.conf").read_text()


def test_every_service_of_the_site_runs_a_command_that_exists(services: dict[str, Any]) -> None:
    commands = " ".join(service.get("command", "") for service in services.values())
    asked = set(re.findall(r"manage\.py (\w+)", commands))
    assert {"migrate", "db_worker", "send_reminders"} <= asked <= get_commands().keys()


def test_pages_go_before_jobs_where_the_processor_is_short(services: dict[str, Any]) -> None:
    usual = {"cpu_shares": 1024, "CPUWeight": 100}
    unit = (ROOT / "deploy" / "systemd" / "emoplatform-worker.service").read_text()
    [weight] = re.findall(r"^CPUWeight=(\d+)$", unit, re.MULTILINE)
    shares = services["worker"]["cpu_shares"] / usual["cpu_shares"]
    assert shares == pytest.approx(int(weight) / usual["CPUWeight"], abs=0.01)
    assert shares < 0.2


def test_no_secret_stands_in_the_files(services: dict[str, Any]) -> None:
    password = services["database"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${POSTGRES_PASSWORD:?")
    for name in ("setup", "web", "worker", "reminders", "training"):
        assert services[name]["env_file"] == ".env"
        assert "SECRET_KEY" not in services[name]["environment"]
        assert "${POSTGRES_PASSWORD:?" in services[name]["environment"]["DATABASE_URL"]
