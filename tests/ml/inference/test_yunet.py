"""YuNet is used where its genuine file is, and nothing else ever is."""

import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from common.imaging.geometry import Box
from ml.inference import face_detection, yunet
from tests import pictures

CONTENT = b"weights"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the detector would lie, with bytes of ours as the known ones."""
    file = tmp_path / "var" / "yunet.onnx"
    monkeypatch.setattr(yunet, "FILE", file)
    monkeypatch.setattr(yunet, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    return file


def offer(folder: Path, content: bytes) -> Path:
    file = folder / "offered.onnx"
    file.write_bytes(content)
    return file


class TwoFaces:
    """A detector that sees two faces in a picture of half the size."""

    def setInputSize(self, size: tuple[int, int]) -> None:  # noqa: N802 - OpenCV's name
        self.size = size

    def detect(self, picture: Any) -> tuple[int, np.ndarray]:
        assert picture.shape[1::-1] == self.size
        rows = np.zeros((2, 15), np.float32)
        rows[:, :4] = [[10, 20, 30, 40], [100, 100, 80, 60]]
        return 2, rows


def test_the_known_file_is_installed_and_used_from_the_next_photo_on(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not yunet.is_installed()
    told = StringIO()
    call_command("fetch_face_detector", file=offer(tmp_path, CONTENT), stdout=told)
    assert place.read_bytes() == CONTENT
    assert str(place) in told.getvalue()
    monkeypatch.setattr(yunet, "_detector", TwoFaces)
    found = face_detection.detect_faces(np.zeros((960, 1280, 3), np.uint8))
    assert found == [Box(200, 180, 160, 160), Box(10, 40, 80, 80)]


def test_another_file_is_refused_and_nothing_is_left(place: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="expected the sha256"):
        call_command("fetch_face_detector", file=offer(tmp_path, b"something else"))
    assert not place.parent.exists()


def test_a_file_that_is_not_there_is_told_in_one_line(place: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as refused:
        call_command("fetch_face_detector", file=tmp_path / "nothing.onnx")
    assert "\n" not in str(refused.value)


def test_a_file_that_was_changed_is_not_used_and_cascades_serve(place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"changed")
    assert not yunet.is_installed()
    with pytest.raises(yunet.DetectorFileError):
        yunet.detect(pictures.astronaut())
    assert len(face_detection.detect_faces(pictures.astronaut())) == 1
