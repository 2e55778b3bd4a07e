"""Found, missed and false faces are counted, and a detector that sees nothing is told apart."""

from pathlib import Path

import pytest
import skimage.data
from PIL import Image

from benchmarks import degradations, face_detectors
from ml.inference.face_detection import detect_with_blazeface
from tests import pictures


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_detectors, "SHARES", (8,))
    monkeypatch.setattr(face_detectors, "FACELESS", ("coins", "brick"))
    monkeypatch.setattr(face_detectors, "FACELESS_PICTURES", 3)
    monkeypatch.setattr(face_detectors, "PATTERN_SIZES", ((256, 256),))
    monkeypatch.setattr(face_detectors, "PATTERN_SIDES", (64,))
    monkeypatch.setattr(
        face_detectors,
        "views",
        lambda: {"plain": degradations.plain, "black": lambda pixels, face, random: pixels * 0},
    )
    monkeypatch.setattr(
        face_detectors,
        "detectors",
        lambda *, with_yunet: {"blazeface": detect_with_blazeface, "blind": lambda pixels: []},
    )


def test_the_table_counts_what_is_found_missed_and_false(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photos" / "test" / "happy" / "1.png"
    photo.parent.mkdir(parents=True)
    Image.fromarray(pictures.astronaut()).save(photo)
    face_detectors.main([str(tmp_path / "photos")])
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in capsys.readouterr().out.splitlines()
        if line
    ]
    (head, _, plain, black, group, faceless, patterns), shown = lines[:7], lines[9:]
    assert head[1:] == ["blazeface", "blind"]
    assert plain[0] == "plain: missed of 1"
    assert [cell.split()[0] for cell in plain[1:]] == ["0", "1"]
    assert group[0] == "group of 4, faces of 1/8: found"
    assert [cell.split()[0] for cell in group[1:]] == ["4", "0"]
    assert faceless[0] == "without a face: false of 3"
    assert faceless[2].split()[0] == "0"
    assert [cell.split()[0] for cell in black[1:]] == ["1", "1"]
    assert patterns[0] == "patterns of what is almost a face: false of 3"
    assert patterns[2].split()[0] == "0"
    assert [line[:2] for line in shown] == [["plain", "100.0%"], ["black", "0.0%"]]


def test_a_detector_alone_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = tmp_path / "photos" / "test" / "happy" / "1.png"
    photo.parent.mkdir(parents=True)
    Image.fromarray(pictures.astronaut()).save(photo)
    with pytest.raises(SystemExit):
        face_detectors.main([str(tmp_path / "photos"), "--only", "eyes"])
    assert "among blazeface; blind, received eyes" in capsys.readouterr().err
    face_detectors.main([str(tmp_path / "photos"), "--only", "blind"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "|  | blind |"
    assert lines[-1].startswith("| patterns of what is almost a face: false of 3 | 0 ")


def test_faces_of_a_group_are_where_the_table_expects_them() -> None:
    scene, places = face_detectors.group(12)
    assert scene.shape == (720, 1280, 3)
    assert len(places) == face_detectors.GROUP
    assert {round(1280 / place.width) for place in places} == {12}


def test_pictures_without_a_face_are_the_same_each_time() -> None:
    once, again = (list(face_detectors.faceless()) for _ in range(2))
    assert len(once) == 3
    assert all((one == other).all() for one, other in zip(once, again, strict=True))
    assert (once[0] == skimage.data.coins()[..., None]).all()
