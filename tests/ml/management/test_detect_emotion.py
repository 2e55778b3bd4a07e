"""`manage.py detect_emotion` reads good pictures, names bad ones and fails only for those."""

from pathlib import Path

import numpy as np
import pytest

from common.imaging.images import read_image
from ml.emotions import EMOTIONS
from tests import pictures
from tests.ml.detecting import run, run_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """Return a JPEG with one happy face."""
    path = tmp_path / "portrait.jpg"
    path.write_bytes(pictures.astronaut_jpeg())
    return path


@pytest.fixture
def rocket(tmp_path: Path) -> Path:
    """Return a PNG without a face."""
    path = tmp_path / "rocket.png"
    path.write_bytes(pictures.encoded(pictures.no_face(), "PNG"))
    return path


def test_a_portrait_is_happy(portrait: Path) -> None:
    out, err, failure = run(portrait)

    assert out.startswith(f"{portrait}: happy ")
    assert out.count("\n") == 1
    assert (err, failure) == ("", "")


def test_json_holds_boxes_and_seven_probabilities(portrait: Path, rocket: Path) -> None:
    answer = run_json(portrait, rocket)

    with_face, without = answer["images"]
    assert (with_face["width"], with_face["height"]) == (512, 512)
    (face,) = with_face["faces"]
    assert set(face["box"]) == {"x", "y", "width", "height"}
    assert face["emotion"] == "happy"
    assert list(face["probabilities"]) == list(EMOTIONS)
    assert face["probabilities"]["happy"] == face["confidence"]
    assert without["faces"] == []
    assert answer["model"]
    assert len(answer["sha256"]) == 64


def test_no_face_is_a_normal_answer_with_advice(rocket: Path) -> None:
    out, err, failure = run(rocket)

    assert "No face found" in out
    assert "light" in out
    assert (err, failure) == ("", "")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", "JPEG, PNG or WebP", id="empty"),
        pytest.param(b"GIF89a", "JPEG, PNG or WebP", id="another type"),
        pytest.param(pictures.heic(), "Most Compatible", id="HEIC"),
        pytest.param(pictures.astronaut_jpeg()[:5000], "JPEG, PNG or WebP", id="truncated"),
        pytest.param(pictures.astronaut_jpeg().ljust(16 * 2**20), "smaller", id="too large"),
        pytest.param(None, "JPEG, PNG or WebP", id="missing"),
    ],
)
def test_a_bad_file_gets_one_line_and_the_others_go_on(
    tmp_path: Path, portrait: Path, content: bytes | None, expected: str
) -> None:
    bad = tmp_path / "bad.jpg"
    if content is not None:
        bad.write_bytes(content)

    out, err, failure = run(bad, portrait)

    line, summary = err.splitlines()
    assert line.startswith(f"{bad}: ")
    assert expected in line
    assert summary == "1 of 2 files read, 0 of them without a face; 1 failed."
    assert out.startswith(f"{portrait}: happy ")
    assert failure == "1 of 2 pictures could not be read."


def test_json_stays_one_document_with_a_bad_file(tmp_path: Path, portrait: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"")

    first, second = run_json(bad, portrait)["images"]

    assert first["error"]["code"] == "empty"
    assert len(second["faces"]) == 1


def test_annotated_copies_show_the_faces_and_replace_nothing(
    tmp_path: Path, portrait: Path, rocket: Path
) -> None:
    folder = tmp_path / "new" / "copies"

    run(portrait, rocket, "--annotate", folder)
    run(portrait, "--annotate", folder)

    assert sorted(path.name for path in folder.iterdir()) == [
        "portrait-faces-2.jpg",
        "portrait-faces.jpg",
        "rocket-faces.jpg",
    ]
    copy = read_image((folder / "portrait-faces.jpg").read_bytes()).astype(int)
    changed = (np.abs(copy - pictures.astronaut()).max(axis=2) > 100).nonzero()
    box = run_json(portrait)["images"][0]["faces"][0]["box"]
    assert abs(int(changed[1].min()) - box["x"]) <= 3
    assert abs(int(changed[0].max()) - (box["y"] + box["height"])) <= 3
    untouched = read_image((folder / "rocket-faces.jpg").read_bytes()).astype(int)
    assert np.abs(untouched - pictures.no_face()).mean() < 4
