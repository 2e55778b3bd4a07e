"""What a browser reads is compared with what the server reads, and timed."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests import pictures

ROOT = Path(__file__).parents[2]


@pytest.mark.browser
@pytest.mark.slow
def test_a_portrait_is_read_alike(tmp_path: Path) -> None:
    photo = tmp_path / "test" / "happy" / "1.png"
    photo.parent.mkdir(parents=True)
    Image.fromarray(pictures.astronaut()).save(photo)
    # Of its own, because Playwright runs one event loop in a process.
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.device_reader", tmp_path],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    rows = dict(line.strip("| ").split(" | ") for line in done.stdout.splitlines()[2:])
    assert rows["faces that both find"] == "1 of 1 (100.0%)"
    assert rows["same emotion, given the box"] == "1 of 1 (100.0%)"
    assert rows["probabilities within 0.02, given the box"] == "1 of 1 (100.0%)"
    assert float(rows["transferred once"].split()[0]) <= 4
