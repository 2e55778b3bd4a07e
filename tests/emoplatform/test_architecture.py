"""The rooms of the house: who may import whom, and what a web process never loads."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import run_python

ROOT = Path(__file__).parents[2]
PACKAGES = ("accounts", "backups", "common", "emoplatform", "emotions", "ml")
MAX_LINES = 400  # of a module
MAX_MODULES_AT_THE_ROOT = 12  # of the two largest packages
MAX_MODULES = 25  # of any package


def test_import_directions_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_web_process_predicts_without_libraries_that_few_processes_need() -> None:
    code = """
import sys, django
django.setup()
import importlib
importlib.import_module("emoplatform.urls")
import skimage.data
from ml.inference.predictor import bundled_predictor
assert len(bundled_predictor().predict(skimage.data.astronaut())) == 1
unwanted = {"tensorflow", "keras", "sklearn", "matplotlib", "jsonschema"}
print(sorted(unwanted & set(sys.modules)))
"""
    done = run_python(code)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_no_module_is_too_long_to_hold_one_idea() -> None:
    lengths = {
        str(module.relative_to(ROOT)): len(module.read_text().splitlines())
        for package in (*PACKAGES, "benchmarks", "integration_tests", "scripts")
        for module in (ROOT / package).rglob("*.py")
        if not {"migrations", ".venv", "node_modules"} & {*module.relative_to(ROOT).parts}
    }
    assert {module: lines for module, lines in lengths.items() if lines > MAX_LINES} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_small_enough_to_find_ones_way(package: str) -> None:
    for folder in (ROOT / package, *(ROOT / package).rglob("*/")):
        if folder.name == "migrations":  # nobody looks for anything there, and none may go
            continue
        modules = [module.name for module in folder.glob("*.py") if module.name != "__init__.py"]
        is_large_root = folder in (ROOT / "emotions", ROOT / "ml")
        limit = MAX_MODULES_AT_THE_ROOT if is_large_root else MAX_MODULES
        assert len(modules) <= limit, f"{folder.relative_to(ROOT)}: {sorted(modules)}"
