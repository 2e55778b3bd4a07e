"""FER2013's original table: what is no face is dropped and counted, line by line."""

import io

import pytest

from ml.data import fer2013_csv
from ml.data.errors import DatasetError
from ml.data.fer2013_csv import Row, read_table
from ml.emotions import EMOTIONS

PIXELS = " ".join(str(number % 256) for number in range(2304))
HEADER = "emotion,pixels,Usage"


def read(*lines: str) -> tuple[list[Row], dict[str, int]]:
    rows, dropped = read_table(io.BytesIO("\n".join(lines).encode()), "fer2013.csv")
    return rows, dict(dropped)


def test_codes_and_usages_become_emotions_and_splits() -> None:
    usages = ["Training"] * 5 + ["PublicTest", "PrivateTest"]
    rows, dropped = read(HEADER, *(f"{code},{PIXELS},{usage}" for code, usage in enumerate(usages)))
    assert [row.emotion for row in rows] == [
        "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"
    ]  # fmt: skip
    assert {row.emotion for row in rows} == set(EMOTIONS)
    assert [row.split for row in rows] == ["train"] * 5 + ["validation", "test"]
    assert {row.pixels for row in rows} == {bytes(range(256)) * 9}
    assert dropped == {}


def test_rows_are_numbered_within_split_and_emotion_whether_they_fit_or_not() -> None:
    rows, _ = read(
        HEADER,
        f"0,{PIXELS},Training",
        "0,1 2 3,Training",
        f"0,{PIXELS},PublicTest",
        f"1,{PIXELS},Training",
        f"0,{PIXELS},Training",
    )
    assert [row.number for row in rows] == [0, 0, 0, 2]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0,1 2 3,Training", "a row without 2304 pixels from 0 to 255"),
        (f"0,{PIXELS} 1,Training", "a row without 2304 pixels from 0 to 255"),
        (f"0,{PIXELS[:-3]}256,Training", "a row without 2304 pixels from 0 to 255"),
        (f"0,{PIXELS[:-3]}-1,Training", "a row without 2304 pixels from 0 to 255"),
        (f"0,{PIXELS[:-3]}x,Training", "a row without 2304 pixels from 0 to 255"),
        (f"0,{PIXELS[:-3]}{'9' * 5000},Training", "a row without 2304 pixels from 0 to 255"),
        ("0,,Training", "a row without 2304 pixels from 0 to 255"),
        (f"7,{PIXELS},Training", "a row with the unknown emotion '7'"),
        (
            f"neutrality,{PIXELS},Training",
            "a row with the unknown emotion 'neutrality (closest: neutral)'",
        ),
        (f",{PIXELS},Training", "a row with the unknown emotion ''"),
        (f"0,{PIXELS},Holiday", "a row with the unknown usage 'Holiday'"),
        ("I am a text.", "a row with other columns"),
        (f'0,"{PIXELS},Training,1', "a row with other columns"),
    ],
)
def test_a_row_that_does_not_fit_is_dropped_and_ends_with_its_line(row: str, reason: str) -> None:
    rows, dropped = read(HEADER, row, "", f"3,{PIXELS},Training")
    assert [found.emotion for found in rows] == ["happy"]
    assert dropped == {reason: 1}


@pytest.mark.parametrize(
    "header", ["emotion, Usage, pixels", '"emotion","Usage","pixels"', "\ufeffemotion,Usage,pixels"]
)
def test_columns_may_stand_in_any_order_and_spelling(header: str) -> None:
    rows, _ = read(f"{header}\r", f'"0"," Training","{PIXELS}"\r')
    assert [(row.emotion, row.split) for row in rows] == [("angry", "train")]


@pytest.mark.parametrize("text", ["", "emotion,pixels\n0,1", "\x89PNG\r\n\x1a\n\x00\x00"])
def test_another_table_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(DatasetError, match="expected the columns emotion, pixels, Usage") as no:
        read(text)
    assert str(no.value).isprintable()


def test_endless_lines_and_endless_tables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetError, match="lines of less than 64 kB"):
        read(HEADER, "0" * 100_000)
    with monkeypatch.context() as limited:
        limited.setattr(fer2013_csv, "MAX_TEXT_BYTES", 10_000)
        with pytest.raises(DatasetError, match="has more"):
            read(HEADER, *["0,1,Training"] * 1000)
    monkeypatch.setattr(fer2013_csv, "MAX_ENTRIES", 1)
    with pytest.raises(DatasetError, match="at most 1 rows"):
        read(HEADER, f"0,{PIXELS},Training", f"0,{PIXELS},Training")
