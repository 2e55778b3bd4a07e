"""Tables as apps and spreadsheets write them: CSV of any separator and usual encoding."""

import csv
import io
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import IO

DELIMITERS = ",;\t|"
CHUNK_LETTERS = 2**16
ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""By the bytes at the beginning."""
OTHER_ENCODINGS = ("utf-8", "cp1252")
UNCLOSED = "unexpected end of data"
"""What the csv module says where a quote has no end."""


class NoTableError(ValueError):
    """The file is no such table."""


class UnclosedQuoteError(ValueError):
    """A quote of a row has no end."""


class LongCellError(ValueError):
    """A cell is larger than 128 kB."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        line: the number of the line on which it begins.
        cells: by the name of their column, or what is wrong with the row.
    """

    line: int
    cells: dict[str, str] | ValueError


class Table:
    """The rows of a file below its header; the file stays open."""

    def __init__(
        self, file: IO[bytes], *, columns: Sequence[str], starts_row: Callable[[list[str]], bool]
    ) -> None:
        """Read the header.

        Args:
            columns: names that the header must have.
            starts_row: tells from the parts of a line whether a row begins there, for finding
                where a quote without an end would have ended.

        Raises:
            NoTableError: it cannot be decoded, or has not these columns.
        """
        self.encoding = find_encoding(file)
        self._file = file
        self._starts_row = starts_row
        with closing(self._text_lines()) as text_lines:
            first = list(islice(text_lines, 2))
        self._header_lines = 2 if first and first[0].startswith("sep=") else 1
        for self.delimiter in DELIMITERS:
            self.columns = header_of(first[self._header_lines - 1 :][:1], self.delimiter)
            if set(columns) <= set(self.columns):
                return
        raise NoTableError

    def _text_lines(self) -> Generator[str, None, None]:
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, self.encoding, newline="")
        try:
            for line in text:  # noqa: UP028 - `yield from` would close the file with the generator
                yield line
        finally:
            text.detach()

    def rows(self) -> Generator[Row, None, None]:
        """Yield the rows that are not empty, from the first one."""
        with closing(self._text_lines()) as text_lines:
            lines = Lines(text_lines)
            for _ in range(self._header_lines):
                next(lines)
            while row := self._next_row(lines):
                if isinstance(row.cells, ValueError) or any(map(str.strip, row.cells.values())):
                    yield row

    def _next_row(self, lines: "Lines") -> Row | None:
        """Return the next row, or None where there are no more.

        Strictly read, a quote without an end shows at the next quote, and in rows of more or fewer
        cells than the header has. The rows that it swallowed are read again.
        """
        lines.taken.clear()
        number = lines.number + 1
        cells: list[str] | None = None
        ended = False
        try:
            cells = next(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except StopIteration:
            return None
        except csv.Error as error:
            ended = str(error) == UNCLOSED
        if len(lines.taken) > 1 and (cells is None or len(cells) != len(self.columns)):
            for place, line in enumerate(lines.taken[1:], start=1):
                if self._starts_row([part.strip('" ') for part in line.split(self.delimiter)]):
                    lines.put_back(place)
                    return Row(number, UnclosedQuoteError())
        if ended:
            return Row(number, UnclosedQuoteError())
        if cells is None:
            try:
                cells = next(csv.reader(lines.taken, delimiter=self.delimiter))
            except csv.Error:
                return Row(number, LongCellError())
        named = dict.fromkeys(self.columns, "") | dict(zip(self.columns, cells, strict=False))
        return Row(number, named)


class Lines:
    """The lines of a text, of which those taken last can be put back.

    Attributes:
        number: of the last line that was taken.
        taken: the lines since this was emptied.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def put_back(self, place: int) -> None:
        """Put back the lines that were taken, from one of them on."""
        back = self.taken[place:]
        self._back.extendleft(reversed(back))
        self.number -= len(back)


def header_of(lines: list[str], delimiter: str) -> list[str]:
    """Return the names of columns."""
    try:
        cells = next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:
        return []
    return [cell.strip().casefold() for cell in cells]


def find_encoding(file: IO[bytes]) -> str:
    """Return the encoding in which the whole file can be decoded.

    Raises:
        NoTableError: there is none.
    """
    file.seek(0)
    beginning = file.read(3)
    marked = [name for mark, name in ENCODINGS.items() if beginning.startswith(mark)]
    if not marked and b"\0" in beginning[:2]:  # Every second byte of Latin letters is 0.
        marked = ["utf-16-be" if beginning[0] == 0 else "utf-16-le"]
    for encoding in marked or OTHER_ENCODINGS:
        file.seek(0)
        text = io.TextIOWrapper(file, encoding, newline="")
        try:
            while text.read(CHUNK_LETTERS):
                continue
        except UnicodeError:
            continue
        else:
            return encoding
        finally:
            text.detach()
    raise NoTableError
