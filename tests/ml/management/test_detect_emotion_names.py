"""However files are called and whatever they are, each one's failure is its own line."""

import contextlib
import csv
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from common.imaging.images import read_image
from ml.inference.video import Video
from tests import pictures, videos
from tests.ml.detecting import run, run_json

pytestmark = pytest.mark.django_db
FRAMES = [pictures.no_face()[:64, :96]] * 5
LONGEST = 255
"""Bytes in the name of a file."""


def named(folder: Path, name: bytes) -> Path:
    return folder / os.fsdecode(name)


@pytest.mark.parametrize(
    ("stem", "shown"),
    [
        (b"caf\xe9", r"caf\xe9"),
        (b"\xff\xfe", r"\xff\xfe"),
        ("Ünï 🙂".encode(), "Ünï 🙂"),
        ("Foto 12.30\u202fPM".encode(), "Foto 12.30\u202fPM"),
        (b"two\nlines", r"two\nlines"),
        (b"\x1b[31mred", r"\x1b[31mred"),
        ("\u202egnp".encode(), r"\u202egnp"),
        (b"2024-05-01T12:30:05", "2024-05-01T12:30:05"),
        (b"http:", "http:"),
        (b"100%d%s", "100%d%s"),
        (b"-x", "-x"),
        (b"a" * (LONGEST - 4), "a" * (LONGEST - 4)),
        ("é".encode() * 125, "é" * 125),
    ],
)
def test_pictures_and_videos_of_odd_names_are_read_and_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stem: bytes, shown: str
) -> None:
    monkeypatch.chdir(tmp_path)
    photo, clip = named(Path(), stem + b".jpg"), named(Path(), stem + b".mp4")
    photo.write_bytes(pictures.astronaut_jpeg())
    videos.write(tmp_path / "plain.mp4", FRAMES).rename(clip)

    arguments = ["--annotate", "copies", "--csv", "faces.csv", "--", photo, clip]
    out, err, failure = run(*arguments)

    lines = out.splitlines()
    assert lines[0].startswith(f"{shown}.jpg: happy ")
    assert lines[1] == f"{shown}.mp4, 0.0 s: no face"
    assert (err, failure) == ("2 of 2 files read, 1 of them without a face; 0 failed.\n", "")
    copies = sorted(Path("copies").iterdir(), key=lambda path: path.suffix)
    assert [copy.suffix for copy in copies] == [".jpg", ".mp4"]
    assert len(list(Video(copies[1]))) == len(FRAMES)
    with Path("faces.csv").open(newline="", encoding="utf-8") as table:
        assert len(list(csv.DictReader(table))) == 1


@pytest.mark.parametrize("name", ["clip", "clip.3gp", "clip.MP4", "clip.jpg", "-", "clip.mp4.part"])
@pytest.mark.parametrize(
    ("container", "codec"), [(".mp4", "mp4v"), (".webm", "VP80"), (".avi", "MJPG"), (".ts", "mp4v")]
)
def test_a_video_is_known_by_its_content_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, container: str, codec: str
) -> None:
    monkeypatch.chdir(tmp_path)
    videos.write(tmp_path / f"plain{container}", FRAMES, codec).rename(name)
    assert run("--", name) == (f"{name}, 0.0 s: no face\n", "", "")


@pytest.mark.parametrize("name", ["photo", "photo.", ".jpg", "photo.txt", "-", "photo.heic"])
def test_a_photo_is_known_by_its_content_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(pictures.astronaut_jpeg())
    out, err, failure = run("--", name)
    assert out.startswith(f"{name}: happy ")
    assert (err, failure) == ("", "")


@pytest.mark.parametrize("ending", [".jpg", ".mp4"])
@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "loop", "locked name", "empty"])
def test_what_is_no_file_gets_one_line_and_the_others_go_on(
    tmp_path: Path, ending: str, kind: str
) -> None:
    bad = named(tmp_path, b"\xe9 bad" + ending.encode())
    match kind:
        case "folder":
            bad.mkdir()
        case "pipe":
            os.mkfifo(bad)
        case "loop":
            bad.symlink_to(bad)
        case "locked name":
            bad = tmp_path / ("x" * 300 + ending)
        case "empty":
            bad.touch()
    good = tmp_path / "good.jpg"
    good.write_bytes(pictures.astronaut_jpeg())

    out, err, failure = run(bad, good)

    line, summary = err.splitlines()
    assert "bad" in line or kind == "locked name"
    assert "xpected a" in line or "The file is empty" in line
    assert summary == "1 of 2 files read, 0 of them without a face; 1 failed."
    assert out.startswith(f"{good}: happy ")
    assert failure.startswith("1 of 2 ")


def test_a_copy_that_cannot_be_written_keeps_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, clip = tmp_path / "photo.jpg", videos.write(tmp_path / "clip.mp4", FRAMES)
    photo.write_bytes(pictures.astronaut_jpeg())

    def refuse(*_: object) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ml.management.commands.detect_emotion._free_name", refuse)
    out, err, failure = run(photo, clip, "--annotate", tmp_path / "copies")

    assert out.startswith(f"{photo}: happy ")
    assert err.splitlines()[:2] == [
        f"{path}: Expected to write its copy, could not: Permission denied."
        for path in (photo, clip)
    ]
    assert failure == "2 of 2 sources could not be read."


def test_results_without_a_place_are_refused_before_the_work(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(pictures.astronaut_jpeg())
    for option, target, words in [
        ("--csv", tmp_path / "none" / "a.csv", "--csv: expected a file in a folder"),
        ("--annotate", photo, "--annotate: expected a folder to write to"),
    ]:
        out, err, failure = run(photo, option, target)
        assert (out, err) == ("", "")
        assert failure.startswith(words)


def test_json_holds_names_that_are_not_utf_8(tmp_path: Path) -> None:
    path = named(tmp_path, b"caf\xe9.jpg")
    path.write_bytes(pictures.astronaut_jpeg())
    (image,) = run_json(path)["images"]
    assert image["image"] == rf"{tmp_path}/caf\xe9.jpg"


def test_stopping_keeps_what_was_read_and_says_what_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(3)]
    for path in paths:
        path.write_bytes(pictures.astronaut_jpeg())
    reader = "ml.management.commands.detect_emotion.read_image"

    def stopped(data: bytes) -> object:
        monkeypatch.setattr(reader, interrupt)
        return read_image(data)

    def interrupt(_: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reader, stopped)
    out, err, failure = run(*paths)
    assert out.startswith(f"{paths[0]}: happy ")
    assert out.count("\n") == 1
    assert err == "1 of 3 files read, 0 of them without a face; 0 failed.\n"
    assert failure == "Stopped before 2 of 3 sources were read."


def test_a_terminal_shows_the_progress_and_the_status_tells_of_failures(tmp_path: Path) -> None:
    good, bad = named(tmp_path, b"caf\xe9.jpg"), tmp_path / "bad.jpg"
    good.write_bytes(pictures.astronaut_jpeg())
    bad.touch()
    terminal, side = pty.openpty()
    termios.tcsetwinsize(side, (24, 80))
    with subprocess.Popen(
        [sys.executable, "manage.py", "detect_emotion", good, bad],
        stdout=subprocess.PIPE,
        stderr=side,
        env=os.environ | {"DEBUG": "1", "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3"},
    ) as process:
        os.close(side)
        shown = b""
        with contextlib.suppress(OSError):  # Reading fails when the other side is closed.
            while part := os.read(terminal, 4096):
                shown += part
        assert process.stdout
        printed = process.stdout.read()
    os.close(terminal)
    assert process.returncode == 1
    assert printed.startswith(rf"{tmp_path}/caf\xe9.jpg: happy ".encode())
    assert b"\r" not in printed
    assert b"/2 [" in shown
    assert b"1 of 2 files read, 0 of them without a face; 1 failed." in shown
