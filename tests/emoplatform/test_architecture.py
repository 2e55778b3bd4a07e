"""The rooms of the house: who may import whom, and what a web process never loads."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_directions_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_web_process_predicts_without_training_libraries() -> None:
    code = """
import sys, django
django.setup()
import importlib
importlib.import_module("emoplatform.urls")
import skimage.data
from ml.inference.predictor import bundled_predictor
assert len(bundled_predictor().predict(skimage.data.astronaut())) == 1
print(sorted({"tensorflow", "keras", "sklearn", "matplotlib"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "emoplatform.settings", "DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
