"""Two facts are read from EXIF, and harmful EXIF tells nothing."""

from datetime import datetime

import pytest
from PIL import Image

from common.imaging.exif import orientation, taken_at
from tests import bombs


def made(*, lies: int = 6, taken: str = "2026:03:14 08:30:00", order: str = ">") -> bytes:
    """Return EXIF as Pillow writes it."""
    exif = Image.Exif()
    exif.endian = order
    exif[0x0112] = lies
    exif.get_ifd(0x8769)[0x9003] = taken
    return exif.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("lies", range(1, 9))
def test_how_a_picture_lies_and_when_it_was_taken(lies: int, order: str) -> None:
    assert orientation(made(lies=lies, order=order)) == lies
    assert taken_at(made(order=order)) == datetime.fromisoformat("2026-03-14T08:30:00")


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"MM\0*",
        b"MM\0*\xff\xff\xff\xffjunk",
        b"nonsense" * 10,
        made(lies=0, taken="2026"),
        made(lies=9, taken="2026:13:01 00:00:00"),
        made(lies=0, taken="nineteen characters"),
        bombs.greedy_exif(),
        bombs.rings_of_exif(),
    ],
)
def test_damaged_or_senseless_exif_tells_nothing(exif: bytes) -> None:
    assert orientation(exif) == 1
    assert taken_at(exif) is None


def test_exif_that_is_cut_anywhere_is_no_trouble() -> None:
    whole = made()
    for length in range(len(whole)):
        assert orientation(whole[:length]) in {1, 6}
        assert taken_at(whole[:length]) is None or length > len(whole) - 4
