"""Reading the frames of a video file or a camera, and writing videos."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import cv2
import numpy as np

from common.files import open_regular, plain_path
from common.imaging.images import MAX_PIXELS, Pixels
from common.names import readable_path
from ml.inference.container_duration import movie_seconds

SUFFIXES = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"}
MAX_CAMERA = 99
"""OpenCV reads the hundreds of a camera's index as the way to reach it."""
DEFAULT_RATE = 25.0
"""Frames per second, for sources that do not state theirs."""
MAX_RATE = 240.0
"""Of slow motion; browsers write 1,000 into WebM when they mean that it varies."""
MAX_PAUSE = 600.0
"""Seconds for which a frame may stand; after a longer one the clock of the file is not trusted."""
MIN_COPY_RATE, MAX_COPY_RATE = 10.0, 60.0
"""Frames per second of copies whose source varies; steady sources keep theirs."""
VARIES_FROM = 1.25
"""How much faster than on average the fastest frames of a varying source follow one another."""
MAX_SHORTFALL = 0.5
"""Seconds by which the sound of a whole video may last longer than its pictures."""


class VideoError(ValueError):
    """A video or camera cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a video.

    Attributes:
        seconds: time since the first frame.
        pixels: height × width × 3 RGB values.
    """

    seconds: float
    pixels: Pixels


class Video:
    """An open video file or camera.

    Attributes:
        name: path of the file, or `camera N`.
        rate: frames per second, on average.
        duration: seconds that the file says it lasts; 0 if unknown.
        position: seconds from the first frame to the latest.
    """

    def __init__(self, source: Path | int) -> None:
        """Open a video.

        Args:
            source: path of a file, or index of a camera.

        Raises:
            VideoError: there is no such video or camera, or its frames are too large.
        """
        self._source = source
        self.is_camera = isinstance(source, int)
        if isinstance(source, int):
            self.name = f"camera {source}"
            with silenced():
                self._capture = cv2.VideoCapture(source)
            movie_duration = None
        else:
            self.name = readable_path(source)
            self._capture, movie_duration = _open(source)
        if not self._capture.isOpened():
            expected = "a camera" if self.is_camera else "a video that OpenCV can read"
            raise VideoError(f"Expected {expected}, found none.")
        width, height, rate, count = (
            self._capture.get(fact)
            for fact in (
                cv2.CAP_PROP_FRAME_WIDTH,
                cv2.CAP_PROP_FRAME_HEIGHT,
                cv2.CAP_PROP_FPS,
                cv2.CAP_PROP_FRAME_COUNT,
            )
        )
        if width * height > MAX_PIXELS:
            raise VideoError(
                f"Expected frames of at most {MAX_PIXELS // 10**6} megapixels, received "
                f"{width:.0f} × {height:.0f}."
            )
        self._clock_unit = 1 / rate if rate > 0 else 0.0
        # Encoders of copies take no finer fractions of the higher rates.
        self.rate = round(rate, 2) if 0.01 <= rate <= MAX_RATE else DEFAULT_RATE  # noqa: PLR2004
        self.duration = count / rate if min(count, rate) > 0 else 0.0
        if movie_duration is not None:
            # What was trimmed away without encoding anew still counts as frames.
            self.duration = min(self.duration, movie_duration)
        self.position = 0.0
        self._started_at = 0.0
        self._longest_pause = 0.0

    def __iter__(self) -> Iterator[Frame]:
        """Yield every frame; a damaged file ends at its first unreadable frame."""
        for seconds in self._moments():
            with silenced():
                read, colours = self._capture.retrieve()
            if not read:
                return
            yield Frame(seconds, np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2RGB)))

    def _moments(self) -> Iterator[float]:
        """Go from frame to frame, and yield the time of each."""
        number = 0
        first_tick = 0
        while True:
            with silenced():
                if not self._capture.grab():
                    return
            tick = cv2.getTickCount()
            if not number:
                first_tick = tick
                self._started_at = max(0.0, self._capture.get(cv2.CAP_PROP_PTS)) * self._clock_unit
            elif self.is_camera:
                self._advance((tick - first_tick) / cv2.getTickFrequency())
            else:
                self._advance(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            yield self.position
            number += 1

    def _advance(self, seconds: float) -> None:
        """Go to where the decoder is, or one frame on if its clock stands, leaps or goes back."""
        if not 0 < seconds - self.position <= MAX_PAUSE:
            seconds = self.position + 1 / self.rate
        self._longest_pause = max(self._longest_pause, seconds - self.position)
        self.position = seconds

    def is_cut_short(self) -> bool:
        """Tell whether a video whose frames were all read falls short of its duration.

        Some formats count the duration from zero although the first frame comes later, and most
        include how long the last frame stands.
        """
        end = self._started_at + self.position + self._longest_pause
        return end + MAX_SHORTFALL < self.duration

    def copy_rate(self, until: float | None = None) -> float:
        """Return how many frames per second a copy needs to show every frame when it comes.

        A file is read through for it, as only its frames tell whether their rate varies; a camera
        is taken at its word.

        Args:
            until: seconds after which nothing is copied.
        """
        if isinstance(self._source, int):
            return self.rate
        with closing(Video(self._source)) as other:
            moments = list(
                takewhile(lambda moment: until is None or moment <= until, other._moments())
            )
        pauses = np.diff(moments)
        # A few frames that come together by mistake tell nothing.
        fastest = 1 / float(np.quantile(pauses, 0.01, method="lower")) if len(pauses) else 0.0
        rate = self.rate
        if fastest > VARIES_FROM * rate:
            rate = max(rate, min(max(float(round(fastest)), 1.0), MAX_COPY_RATE))
        places = np.array(moments) * rate
        if np.abs(places - places.round()).max(initial=0) / rate <= 0.5 / MIN_COPY_RATE:
            return rate
        return rate * math.ceil(MIN_COPY_RATE / rate)

    def close(self) -> None:
        self._capture.release()


def _open(path: Path) -> tuple[cv2.VideoCapture, float | None]:
    """Open a file, and return what it says about its duration in seconds.

    Raises:
        VideoError: it is no file that can be read.
    """
    try:
        with open_regular(path) as file:
            duration = movie_seconds(file)
        suffix = path.suffix.lower()
        with silenced(), plain_path(path, suffix if suffix in SUFFIXES else "") as name:
            return cv2.VideoCapture(name, cv2.CAP_FFMPEG), duration
    except OSError as error:
        raise VideoError(
            f"Expected a video that OpenCV can read, received: {error.strerror or error}."
        ) from error


@contextmanager
def silenced() -> Iterator[None]:
    """Silence OpenCV and its codecs, which write to file descriptor 2 directly."""
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


class VideoWriter:
    """Writes an MP4 file of a steady rate; it appears at `path` when it is finished.

    Each frame stands until the next one comes, so the copy lasts as long as what it was made of.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self.path, self.rate = path, rate
        self._temporary = path.with_name(f"aside-{os.getpid()}.mp4")
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._latest: Pixels | None = None
        self._seconds = self._pause = 0.0
        self._written = 0

    def add(self, pixels: Pixels, seconds: float) -> None:
        """Show a frame from `seconds` after the beginning on.

        The first one is shown from the beginning. Frames take the size of the first one.

        Raises:
            VideoError: the file cannot be written.
        """
        if self._latest is None:
            self._open(pixels)
        else:
            self._pause = seconds - self._seconds
            self._fill_until(seconds)
        self._latest, self._seconds = pixels, seconds

    def finish(self) -> None:
        """Move the file to `path`; without any frame there is no file.

        Raises:
            VideoError: the file cannot be written.
        """
        if self._writer is None:
            return
        self._fill_until(
            max(self._seconds + min(self._pause, 1.0), (self._written + 1) / self.rate)
        )
        self._writer.release()
        try:
            self._temporary.replace(self.path)
        except OSError as error:
            raise VideoError(self._failure(error)) from error

    def close(self) -> None:
        """Remove what was written, unless it is finished."""
        if self._writer is not None:
            self._writer.release()
            self._temporary.unlink(missing_ok=True)

    def _open(self, pixels: Pixels) -> None:
        height, width = pixels.shape[:2]
        self._size = (width, height)
        try:
            with silenced(), plain_path(self._temporary, ".mp4") as name:
                codec = cv2.VideoWriter.fourcc(*"mp4v")
                self._writer = cv2.VideoWriter(name, codec, self.rate, self._size)
        except OSError as error:
            raise VideoError(self._failure(error)) from error
        if not self._writer.isOpened():
            raise VideoError(self._failure())

    def _failure(self, error: OSError | None = None) -> str:
        reason = f": {error.strerror or error}" if error else ""
        return f"Expected to write {readable_path(self.path)}, could not{reason}."

    def _fill_until(self, seconds: float) -> None:
        """Repeat the latest frame up to a moment; one that is over already is left out."""
        if self._writer is None or self._latest is None:
            return
        # To the nearest frame; halfway, as at half the rate of the source, to the earlier one.
        missing = math.ceil(seconds * self.rate - 0.5 - 1e-6) - self._written
        if missing <= 0:
            return
        colours = cv2.cvtColor(self._latest, cv2.COLOR_RGB2BGR)
        if (colours.shape[1], colours.shape[0]) != self._size:
            colours = cv2.resize(colours, self._size)
        for _ in range(missing):
            self._writer.write(colours)
        self._written += missing
