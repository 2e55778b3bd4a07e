"""Videos and cameras are read frame by frame, and what cannot be read is said in one line."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from common.imaging.images import Pixels
from ml.inference import video
from ml.inference.video import Video, VideoError, VideoWriter
from tests import pictures
from tests.ml.detecting import run, run_json

pytestmark = pytest.mark.django_db
RATE, FRAMES = 10, 20


def frame(left: int) -> Pixels:
    """Return the portrait at some place of a grey picture."""
    portrait = np.array(Image.fromarray(pictures.astronaut()).resize((256, 256)))
    picture = np.full((256, 400, 3), 90, np.uint8)
    picture[:, left : left + 256] = portrait
    return picture


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds in which a happy face moves to the right."""
    path = tmp_path / "clip.mp4"
    recorder = VideoWriter(path, RATE)
    for number in range(FRAMES):
        recorder.add(frame(5 * number), number / RATE)
    recorder.finish()
    return path


def test_a_frame_every_half_second_is_read_and_the_face_moves(clip: Path) -> None:
    (told,) = run_json(clip)["videos"]
    assert [shown["seconds"] for shown in told["frames"]] == [0.0, 0.5, 1.0, 1.5]
    faces = [shown["faces"][0] for shown in told["frames"]]
    assert {face["emotion"] for face in faces} == {"happy"}
    places = [face["box"]["x"] for face in faces]
    assert places == sorted(places)
    assert places[-1] - places[0] == pytest.approx(75, abs=12)


def test_how_often_and_how_long_can_be_chosen(clip: Path) -> None:
    (told,) = run_json(clip, "--every", "0.25", "--seconds", "0.9")["videos"]
    assert [shown["seconds"] for shown in told["frames"]] == [0.0, 0.3, 0.5, 0.8]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--every", "a number above 0"),
        ("--seconds", "a number above 0"),
        ("--camera", "a whole number from 0 to 99"),
    ],
)
@pytest.mark.parametrize("number", ["-1", "nan", "inf", "1e999", "0x1", ""])
def test_a_number_that_cannot_be_meant_is_refused_before_anything_is_read(
    tmp_path: Path, option: str, expected: str, number: str
) -> None:
    out, err, failure = run(tmp_path / "clip.mp4", option, number)
    assert (out, err) == ("", "")
    assert failure.endswith(f"{option}: expected {expected}, received {number}.")


def test_pictures_and_videos_may_be_mixed(clip: Path, tmp_path: Path) -> None:
    portrait = tmp_path / "portrait.jpg"
    portrait.write_bytes(pictures.astronaut_jpeg())
    answer = run_json(clip, portrait)
    assert (len(answer["images"]), len(answer["videos"])) == (1, 1)
    out, err, failure = run(clip, portrait)
    assert out.splitlines()[0].startswith(f"{portrait}: happy ")
    assert out.splitlines()[1].startswith(f"{clip}, 0.0 s: happy ")
    assert (err, failure) == ("2 of 2 files read, 0 of them without a face; 0 failed.\n", "")


def test_the_table_has_a_row_a_face_and_no_formula(clip: Path, tmp_path: Path) -> None:
    portrait, table = tmp_path / "=portrait.jpg", tmp_path / "faces.csv"
    portrait.write_bytes(pictures.astronaut_jpeg())
    run(clip, portrait, "--csv", table)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["seconds"] for row in rows] == ["", "0.0", "0.5", "1.0", "1.5"]
    assert rows[1]["source"] == str(clip)
    assert float(rows[1]["happy"]) == float(rows[1]["confidence"]) > 0.5
    assert sum(float(rows[1][emotion]) for emotion in rows[1] if emotion in EMOTIONS) > 0.99
    assert not any(row["source"].startswith("=") for row in rows)


@pytest.mark.parametrize("name", ["=portrait.jpg", "\tportrait.jpg", "\rportrait.jpg"])
def test_names_of_files_are_no_formulas_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(pictures.astronaut_jpeg())
    run(Path(name), "--csv", "faces.csv")
    with Path("faces.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row["source"] == f"'{name}"


EMOTIONS = {"angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"}


def test_the_annotated_copy_shows_every_frame_and_replaces_nothing(
    clip: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    for _ in range(2):
        run(clip, "--annotate", folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "clip-faces-2.mp4",
        "clip-faces.mp4",
    ]
    copy, before = Video(folder / "clip-faces.mp4"), Video(clip)
    pairs = list(zip(copy, before, strict=True))
    assert len(pairs) == FRAMES
    assert copy.rate == RATE
    for shown, plain in pairs:
        assert np.abs(shown.pixels.astype(int) - plain.pixels).max() > 100  # the frame's yellow


@pytest.mark.parametrize(
    ("content", "received"),
    [
        pytest.param(None, "received: No such file or directory", id="missing"),
        pytest.param(b"", "found none", id="empty"),
        pytest.param(b"not a video at all" * 100, "found none", id="text"),
        pytest.param(b"\x1aE\xdf\xa3" + bytes(100), "found none", id="cut"),
    ],
)
def test_what_is_no_video_gets_one_line_and_the_others_go_on(
    clip: Path,
    tmp_path: Path,
    content: bytes | None,
    received: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    bad = tmp_path / "bad.mp4"
    if content is not None:
        bad.write_bytes(content)
    capfd.readouterr()
    out, err, failure = run(bad, clip, "--annotate", tmp_path / "copies")
    assert err.splitlines() == [
        f"{bad}: Expected a video that OpenCV can read, {received}.",
        "1 of 2 files read, 0 of them without a face; 1 failed.",
    ]
    assert str(clip) in out
    assert failure == "1 of 2 sources could not be read."
    assert capfd.readouterr().err == ""  # Codecs keep quiet.
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["clip-faces.mp4"]


def test_a_video_that_ends_early_keeps_what_could_be_read(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.avi", tmp_path / "cut.avi"
    writer = cv2.VideoWriter(str(whole), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (400, 256))
    for number in range(FRAMES):
        writer.write(frame(5 * number)[:, :, ::-1])
    writer.release()
    content = whole.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    out, err, failure = run(cut)
    assert "ends after" in err
    assert "what could be read is kept" in err
    assert f"{cut}, 0.0 s: happy" in out
    assert failure == ""


def test_a_camera_that_is_not_there_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    out, err, failure = run("--camera", "63")
    assert (out, err) == ("", "camera 63: Expected a camera, found none.\n")
    assert failure == "1 of 1 sources could not be read."
    assert capfd.readouterr().err == ""


def test_nothing_at_all_is_said() -> None:
    assert run()[2] == "Expected pictures, videos or --camera INDEX, received none."


def test_stopping_keeps_what_was_read(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, left = VideoWriter.add, 8

    def stopped(self: VideoWriter, pixels: Pixels, seconds: float) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise KeyboardInterrupt
        add(self, pixels, seconds)

    monkeypatch.setattr(VideoWriter, "add", stopped)
    out, err, failure = run(clip, "--annotate", tmp_path / "copies")
    assert err == f"{clip}: stopped; what was read until now is kept.\n"
    assert out.count("happy") == 2
    assert failure == ""
    assert len(list(Video(tmp_path / "copies" / "clip-faces.mp4"))) == 7


def test_frames_of_too_many_pixels_are_refused(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "MAX_PIXELS", 100_000)
    with pytest.raises(VideoError, match="at most 0 megapixels, received 400 × 256"):
        Video(clip)
