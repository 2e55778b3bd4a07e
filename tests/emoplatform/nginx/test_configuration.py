"""nginx takes the configurations of every way to run the site."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.nginx import RULES, configuration, needs_nginx, program
from tests.sites import ROOT, free_address

pytestmark = needs_nginx


@pytest.mark.parametrize("main", ["linux.conf", "compose.conf"])
def test_nginx_takes_the_configuration(tmp_path: Path, main: str) -> None:
    file = tmp_path / "nginx.conf"
    file.write_text(configuration(tmp_path, free_address(), "127.0.0.1:1", main=main))
    check_configuration(tmp_path, file)


@pytest.mark.skipif(shutil.which("erb") is None, reason="erb (the package ruby) is not installed")
def test_nginx_takes_the_configuration_of_heroku(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "deploy" / "nginx")
    (tmp_path / "logs" / "nginx").mkdir(parents=True)
    file = tmp_path / "config" / "nginx.conf"
    file.parent.mkdir()
    template = ROOT / "config" / "nginx.conf.erb"
    file.write_text(
        subprocess.check_output(["erb", template], env={"PORT": "8765"}, text=True).replace(
            "pid /tmp/", f"pid {tmp_path}/"
        )
    )
    assert "listen 8765 " in file.read_text()
    check_configuration(tmp_path, file)


def check_configuration(folder: Path, file: Path) -> None:
    command = [str(program()), "-t", "-p", str(folder), "-c", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr
