"""The time in videos is that of their frames, and copies keep it."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from common.imaging.images import Pixels
from ml.inference.video import Video, VideoError, VideoWriter
from tests import pictures, videos
from tests.ml.detecting import run, run_json

pytestmark = pytest.mark.django_db
SLOW_AFTER = 10
"""Frames at 10 a second; the others come one a second."""
DURATIONS = [1] * SLOW_AFTER + [10] * 5
MOMENTS = [float(sum(DURATIONS[:number])) / 10 for number in range(len(DURATIONS))]


def shade(number: int) -> Pixels:
    """Return a grey picture that differs much from the next one."""
    return np.full((64, 96, 3), 20 + 15 * (7 * number % 15), np.uint8)


def number_of(pixels: Pixels) -> int:
    """Return which of the frames of `shade` it is."""
    return 13 * round((float(pixels.mean()) - 20) / 15) % 15


SHADES = [shade(number) for number in range(len(DURATIONS))]


def at_moments(seconds: float) -> float:
    return MOMENTS[round(seconds * videos.RATE)]


def varying(folder: Path, ending: str, frames: Sequence[Pixels] = SHADES) -> Path:
    """Return a video of 6 seconds that slows down after one."""
    path = folder / f"varying{ending}"
    if ending == ".mp4":
        return videos.retime_mp4(videos.write(path, frames), DURATIONS)
    codec = "VP80" if ending == ".webm" else "mp4v"
    return videos.retime_matroska(videos.write(path, frames, codec), at_moments, 6.0)


def times(path: Path) -> list[float]:
    return [frame.seconds for frame in Video(path)]


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".webm"])
def test_a_frame_has_the_time_at_which_it_is_shown(tmp_path: Path, ending: str) -> None:
    assert times(varying(tmp_path, ending)) == pytest.approx(MOMENTS, abs=0.002)


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_faces_are_where_they_are_at_that_time_also_in_the_copy(
    tmp_path: Path, ending: str
) -> None:
    portrait = np.array(Image.fromarray(pictures.astronaut()).resize((200, 200)))

    def face_at(seconds: float) -> Pixels:
        picture = np.full((200, 400, 3), 90, np.uint8)
        left = round(20 * seconds)
        picture[:, left : left + 200] = portrait
        return picture

    path = varying(tmp_path, ending, [face_at(moment) for moment in MOMENTS])
    for shown in (path, tmp_path / "copies" / "varying-faces.mp4"):
        (report,) = run_json(shown, "--every", "1", "--annotate", tmp_path / "copies")["videos"]
        moments = [frame["seconds"] for frame in report["frames"]]
        places = [frame["faces"][0]["box"]["x"] for frame in report["frames"]]
        assert moments == pytest.approx([0, 1, 2, 3, 4, 5], abs=0.25)
        assert [place - places[0] for place in places] == pytest.approx(
            [20 * moment for moment in moments], abs=6
        )


def test_a_copy_shows_each_frame_for_as_long_as_it_stood(tmp_path: Path) -> None:
    source = Video(varying(tmp_path, ".mkv"))
    writer = VideoWriter(tmp_path / "copy.mp4", source.rate)
    for frame in source:
        writer.add(frame.pixels, frame.seconds)
    writer.finish()
    copy = [number_of(frame.pixels) for frame in Video(tmp_path / "copy.mp4")]
    assert copy == [n for n, duration in enumerate(DURATIONS) for _ in range(duration)]


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".webm"])
@pytest.mark.parametrize("announced", [10, 2.5])
def test_a_copy_is_as_fast_as_the_fastest_frames_of_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, announced: float
) -> None:
    path = varying(tmp_path, ending)
    source = Video(path)
    monkeypatch.setattr(source, "rate", announced)  # The average: files differ in what they say.
    rate = source.copy_rate()
    assert rate == 10
    writer = VideoWriter(tmp_path / "copy.mp4", rate)
    for frame in source:
        writer.add(frame.pixels, frame.seconds)
    writer.finish()
    copy = Video(tmp_path / "copy.mp4")
    shown = [number_of(frame.pixels) for frame in copy]
    assert shown == [n for n, duration in enumerate(DURATIONS) for _ in range(duration)]
    assert copy.duration == pytest.approx(6, abs=0.01)


@pytest.mark.parametrize(
    ("announced", "pauses", "expected"),
    [
        (29.97, [0.033, 0.034, 0.033, 0.031], 29.97),  # Milliseconds are rounded.
        (10.59, [0.033] * 90 + [0.2] * 60, 30),
        (7.5, [0.0167] * 30 + [0.5] * 9, 60),
        (20, [0.004] * 9 + [0.1] * 30, 60),
        (240, [1 / 240] * 9, 240),
        (25, [0.04] * 200 + [0.001], 25),
        (0.2, [5, 5], 0.2),
        (0.5, [3, 1.4], 10),
        (0.5, [3, 3, 3], 10),  # A slide each three seconds, in a file that counts its last one.
        (0.33, [3] * 9, 10.23),  # A third is no fraction of hundredths.
        (4, [0.32, 0.18, 0.25], 12),
        (4, [0.25] * 9, 4),
        (25, [], 25),
    ],
)
def test_only_a_copy_of_a_varying_rate_gets_another(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    announced: float,
    pauses: list[float],
    expected: float,
) -> None:
    source = Video(videos.write(tmp_path / "a.mp4", SHADES[:1]))
    monkeypatch.setattr(source, "rate", announced)
    monkeypatch.setattr(Video, "_moments", lambda _: np.cumsum([0, *pauses]))
    assert source.copy_rate() == pytest.approx(expected)


def test_a_copy_of_slides_changes_them_when_its_source_does(tmp_path: Path) -> None:
    moments = [0, 3, 6, 7.3]
    path = videos.write(tmp_path / "a.mp4", [shade(number) for number in range(len(moments))])
    videos.retime_mp4(path, [30, 30, 13, 17])
    run(path, "--annotate", tmp_path / "copies")
    copy = Video(tmp_path / "copies" / "a-faces.mp4")
    shown = [(number_of(frame.pixels), frame.seconds) for frame in copy]
    firsts = [next(at for number, at in shown if number == n) for n in range(len(moments))]
    assert firsts == pytest.approx(moments, abs=0.051)


def test_a_copy_need_not_be_faster_than_what_is_copied(tmp_path: Path) -> None:
    moments = [*range(8), *(8 + number / 10 for number in range(7))]
    path = videos.write(tmp_path / "a.mkv", SHADES)
    videos.retime_matroska(path, lambda old: moments[round(10 * old)], 8.7)
    source = Video(path)
    source.rate = 1.0
    assert (source.copy_rate(7.5), source.copy_rate()) == (1, 10)


def test_a_copy_of_a_lower_rate_leaves_frames_out(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "copy.mp4", 5)
    for number in range(16):
        writer.add(shade(number), number / 10)
    writer.finish()
    assert times(tmp_path / "copy.mp4") == pytest.approx([0.2 * n for n in range(8)], abs=0.01)


def test_frames_of_another_size_take_that_of_the_first(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "copy.mp4", 10)
    writer.add(shade(1), 0)
    writer.add(np.full((32, 48, 3), 200, np.uint8), 0.1)
    writer.finish()
    assert [frame.pixels.shape for frame in Video(tmp_path / "copy.mp4")] == [(64, 96, 3)] * 2


class SlowCamera:
    """Announces 30 frames a second and delivers fewer, as many webcams do in dim light."""

    FRAMES, PAUSE = 8, 0.1

    def __init__(self, index: int) -> None:
        self.left = self.FRAMES

    def isOpened(self) -> bool:  # noqa: N802 - the name in OpenCV
        return True

    def get(self, fact: int) -> float:
        return 30.0 if fact == cv2.CAP_PROP_FPS else 0.0

    def grab(self) -> bool:
        if not self.left:
            return False
        self.left -= 1
        time.sleep(self.PAUSE)
        return True

    def retrieve(self) -> tuple[bool, Pixels]:
        return True, np.ascontiguousarray(shade(self.FRAMES - self.left))

    def release(self) -> None:
        pass


def test_a_slow_camera_is_copied_at_its_real_pace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cv2.VideoCapture
    monkeypatch.setattr(
        cv2,
        "VideoCapture",
        lambda source, *backend: SlowCamera(source) if source == 0 else real(source, *backend),
    )
    (report,) = run_json("--camera", "0", "--every", "0.01", "--annotate", tmp_path)["videos"]
    shown = [frame["seconds"] for frame in report["frames"]]
    copied = times(tmp_path / "camera-0-faces.mp4")
    assert shown[0] == 0
    assert shown[-1] >= (SlowCamera.FRAMES - 1) * SlowCamera.PAUSE
    assert copied[-1] >= shown[-1]


def starting_at(seconds: float, path: Path, duration: float | None) -> Path:
    return videos.retime_matroska(videos.write(path, SHADES), lambda old: old + seconds, duration)


def without_brand(path: Path) -> Path:
    path.write_bytes(path.read_bytes().replace(b"ftyp", b"free", 1))
    return path


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda folder: videos.write(folder / "a.mp4", SHADES), id="steady"),
        pytest.param(lambda folder: starting_at(5, folder / "a.mkv", 6.5), id="later start"),
        pytest.param(lambda folder: starting_at(0, folder / "a.mkv", None), id="no duration"),
        pytest.param(
            lambda folder: videos.announce_mp4(videos.write(folder / "a.mp4", SHADES), 0.7),
            id="trimmed",
        ),
        pytest.param(
            lambda folder: without_brand(
                videos.announce_mp4(videos.write(folder / "a.mov", SHADES), 0.7)
            ),
            id="trimmed, of an older camera",
        ),
        pytest.param(lambda folder: varying(folder, ".webm"), id="estimate"),
        pytest.param(lambda folder: varying(folder, ".mp4"), id="slow end"),
        pytest.param(lambda folder: videos.write(folder / "a.mpg", SHADES, "PIM1", 25), id="mpeg"),
    ],
)
def test_whole_videos_are_not_called_cut_short(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    assert run(make(tmp_path))[1:] == ("", "")


@pytest.mark.parametrize(
    ("announced", "expected"), [(2.2, "1.4 of 2.2 seconds"), (60.0, "1.4 of 60.0 seconds")]
)
def test_videos_that_end_before_their_duration_are_called_so(
    tmp_path: Path, announced: float, expected: str
) -> None:
    path = starting_at(0, tmp_path / "a.mkv", announced)
    assert run(path)[1] == f"{path}: ends after {expected}; what could be read is kept.\n"


def test_a_frame_is_due_once_after_a_pause(tmp_path: Path) -> None:
    moments = [0, 0.1, *(2 + number / 10 for number in range(13))]
    path = videos.write(tmp_path / "a.mkv", SHADES)
    videos.retime_matroska(path, lambda old: moments[round(10 * old)], 3.5)
    (report,) = run_json(path, "--every", "0.5")["videos"]
    assert [frame["seconds"] for frame in report["frames"]] == pytest.approx([0, 2, 2.5, 3])


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ([0, 100, 200], [0, 0.1, 0.2]),
        ([0, 0, 0], [0, 0.1, 0.2]),
        ([0, 100, 0], [0, 0.1, 0.2]),
        ([0, 1e12, 1e12 + 100], [0, 0.1, 0.2]),
        ([0, float("nan"), float("inf")], [0, 0.1, 0.2]),
        ([-500, 100, 300], [0, 0.1, 0.3]),
    ],
)
def test_a_clock_that_stands_leaps_or_goes_back_is_replaced_by_counting(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    positions: list[float],
    expected: list[float],
) -> None:
    opened = Video(videos.write(tmp_path / "a.mp4", SHADES[: len(positions)]))
    told = iter(positions)

    class Clock:
        """Says other positions than the decoder."""

        def __init__(self, capture: Any) -> None:
            self.capture, self.position = capture, 0.0

        def grab(self) -> bool:
            self.position = next(told, 0.0)
            return bool(self.capture.grab())

        def retrieve(self) -> Any:
            return self.capture.retrieve()

        def get(self, fact: int) -> float:
            return self.position if fact == cv2.CAP_PROP_POS_MSEC else self.capture.get(fact)

    monkeypatch.setattr(opened, "_capture", Clock(opened._capture))
    assert [frame.seconds for frame in opened] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("announced", "copied"), [(29.97, 29.97), (119.880119, 119.88), (0.2, 0.2), (1000, 25.0)]
)
def test_a_copy_has_the_rate_of_its_source_where_that_can_be_meant(
    tmp_path: Path, announced: float, copied: float
) -> None:
    ending, codec = (".webm", "VP80") if announced == 1000 else (".mp4", "mp4v")
    source = Video(videos.write(tmp_path / f"a{ending}", SHADES[:3], codec, announced))
    assert source.rate == pytest.approx(copied)
    writer = VideoWriter(tmp_path / "copy.mp4", source.rate)
    writer.add(shade(1), 0)
    writer.finish()
    assert len(times(tmp_path / "copy.mp4")) == 1


def test_a_video_of_sound_alone_is_said_in_one_line(tmp_path: Path) -> None:
    path = videos.write(tmp_path / "a.mkv", SHADES)
    content = bytearray(path.read_bytes())
    content[content.index(b"\x83\x81\x01") + 2] = 2  # TrackType: sound
    path.write_bytes(content)
    assert run(path)[1] == f"{path}: Expected a video that OpenCV can read, found none.\n"


def test_a_copy_that_fails_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise VideoError("Expected room, found none.")

    monkeypatch.setattr(VideoWriter, "finish", refuse)
    path = videos.write(tmp_path / "a.mp4", SHADES)
    _, err, failure = run(path, "--annotate", tmp_path / "copies")
    assert err == f"{path}: Expected room, found none.\n"
    assert failure
    assert not list((tmp_path / "copies").iterdir())
