"""The Procfile's line behind Heroku's nginx."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from integration_tests.try_heroku import lay_out, web_line
from tests.nginx import needs_nginx
from tests.sites import ROOT


def test_a_dyno_gets_what_it_runs_and_no_tests(tmp_path: Path) -> None:
    lay_out(tmp_path)

    assert {"manage.py", "gunicorn.conf.py", "config", "deploy", "bin"} <= set(os.listdir(tmp_path))
    assert not (tmp_path / "tests").exists()
    assert (tmp_path / web_line()[0]).is_file()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
@pytest.mark.skipif(shutil.which("erb") is None, reason="erb (the package ruby) is not installed")
@needs_nginx
def test_a_dyno_answers_and_ends_when_it_is_told_to() -> None:
    command = [sys.executable, "-m", "integration_tests.try_heroku"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok: a dyno ends within 30 s" in done.stdout
