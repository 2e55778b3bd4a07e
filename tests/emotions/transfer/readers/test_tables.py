"""Histories as apps and spreadsheets of many countries write them."""

import gc
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from emotions.transfer.readers import Entry, Refusal, UnreadableError, open_history

HEADER = "full_date,date,weekday,time,mood,activities,scales,note_title,note"


def read(data: bytes, **moods: int) -> list[Any]:
    history = open_history(io.BytesIO(data), size=len(data), time_zone="Europe/Berlin", moods=moods)
    return list(history.entries())


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def entry(*rows: str) -> Entry:
    (found,) = read(table(*rows))
    assert isinstance(found, Entry), found
    return found


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_table_that_is_read_half_way_leaves_the_file_to_its_owner() -> None:
    data = table("2026-03-14,x,x,20:00,good,,,,one", "2026-03-15,x,x,20:00,good,,,,two")
    file = io.BytesIO(data)
    history = open_history(file, size=len(data), time_zone="Europe/Berlin", moods={})
    entries = history.entries()
    next(entries)
    entries.close()
    del history, entries
    gc.collect()
    assert not file.closed


@pytest.mark.parametrize(
    "written",
    [
        *("20:30", "20.30", "20 h 30", "20h30", "20:30:00", "20:30 Uhr", "20:30:59", "20時30分"),
        *("8:30 p. m.", "8:30\u202fp.\u00a0m.", "8:30 P.M.", "08:30PM", "8:30 nachm.", "8:30 μ.μ."),
        *("下午8:30", "午後8:30", "오후 8:30", "8:30 م", "٢٠:٣٠", "۲۰:۳۰", "२०:३०", "２０：３０"),
        *("8:30 ÖS", "8:30 odp.", "\u200e8:30 pm\u200e", "8:30 ip.", "kl. 20.30", "klo 20.30"),
        *("20h30m", "20h 30m 15s", "20:30:00.000", "8:30:00,5 PM"),
    ],
)
def test_times_of_many_clocks_are_the_same_minute(written: str) -> None:
    taken_at = entry(f'2026-02-01,,,"{written}",good,,,,').taken_at
    assert (taken_at.hour, taken_at.minute, taken_at.second) == (20, 30, 0)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        *(("12:10 AM", 0), ("上午12:10", 0), ("24:10", 0), ("12:10 p.m.", 12)),
        *(
            ("12 AM", 0),
            ("8 PM", 20),
            ("20h", 20),
            ("20 Uhr", 20),
            ("8時", 8),
            ("午後8時", 20),
            ("오후 8시", 20),
        ),
    ],
)
def test_midnight_and_noon_are_told_apart(written: str, hour: int) -> None:
    moment = entry(f"2026-02-01,,,{written},good,,,,").taken_at
    assert (moment.day, moment.hour) == (1, hour)


@pytest.mark.parametrize(
    "written",
    ["", "25:30", "20:60", "2030", "-20:30", "20:30 xm", "9" * 5000 + ":1", "20:30:61", "20"],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    (refused,) = read(table(f"2026-02-01,,,{written},good,,,,"))
    assert isinstance(refused, Refusal)


@pytest.mark.parametrize(
    ("rows", "month"),
    [
        (["14.05.2023,x,x"], 5),
        (["5/14/2023,x,x"], 5),
        (["14/5/23,x,x"], 5),
        (["2023/05/14,x,x"], 5),
        (["2023年5月14日,x,x"], 5),
        (["2023. 5. 14.,x,x"], 5),
        (["2023-05-14 00:00:00,x,x"], 5),
        (["14. Mai 2023,x,x"], 5),
        (["14-May-23,x,x"], 5),
        (['"May 4th, 2023",x,x'], 5),
        (["4 de mayo de 2023,x,x"], 5),
        (["4 мая 2023 г.,x,x"], 5),
        (["4 Mayıs 2023,x,x"], 5),
        (["2023 maj 4,x,x"], 5),
        (["4 févr. 2023,x,x"], 2),
        (["20230504,x,x"], 5),
        (["45050,x,x"], 5),
        (["5/4/2023,May 4,x"], 5),
        (["5/4/2023,5 April,x"], 4),
        (["5/4/2023,x,x"], 4),
        (["5/4/2023,x,x", "5/13/2023,x,x"], 5),
    ],
)
def test_dates_of_spreadsheets_are_read_by_what_the_table_shows(
    rows: list[str], month: int
) -> None:
    found = read(table(*(f"{row},20:30,good,,,," for row in rows)))
    assert found[0].taken_at.month == month


@pytest.mark.parametrize(
    "written",
    [
        "14. Mayonnaise 2023",
        "Mai 2023",
        "14 Mai Juni 2023",
        "32. Mai 2023",
        "99999999",
        "1 2 3 Mai",
    ],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    (refused,) = read(table(f"{written},x,x,20:30,good,,,,"))
    assert isinstance(refused, Refusal)


@pytest.mark.parametrize("written", ["14. Mai 2023", "May 4, 2023", "45050", "20230504"])
def test_dates_that_can_be_read_in_one_way_only_are_certain(written: str) -> None:
    data = table(f'"{written}",x,x,20:30,good,,,,')
    history = open_history(io.BytesIO(data), size=len(data), time_zone="UTC", moods={})
    assert history.description["dates_are_certain"]


@pytest.mark.parametrize(
    ("names", "language"),
    [
        ("Super,Gut,Ok,Schlecht,Lausig", "de"),
        ("Súper,Bien,Normal,Mal,Horrible", "es"),
        ("Super,Bien,Bof,Mauvais,Horrible", "fr"),
        ("Incrível,Bem,Mais ou menos,Mau,Horrível", "pt"),
        ("Fantastico,Bene,Così così,Male,Terribile", "it"),
        ("Super,Goed,Matig,Slecht,Vreselijk", "nl"),
        ("Super,Dobrze,Tak sobie,Źle,Okropnie", "pl"),
        ("Супер,Хорошо,Так себе,Плохо,Ужасно", "ru"),
        ("Harika,İyi,Eh,Kötü,Berbat", "tr"),
        ("最高,良い,まあまあ,悪い,最悪", "ja"),
        ("超棒,好,一般,差,糟糕", "zh"),
    ],
)
def test_moods_have_their_values_in_many_languages(names: str, language: str) -> None:
    rows = [f"2026-03-0{day},x,x,20:30,{name},,,," for day, name in enumerate(names.split(","), 1)]
    assert [found.mood for found in read(table(*rows))] == [5, 4, 3, 2, 1], language


def test_the_persons_own_value_counts_more() -> None:
    (found,) = read(table("2026-03-01,x,x,20:30,Super,,,,"), super=2)
    assert found.mood == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_tables_of_spreadsheets_are_read(separator: str, encoding: str) -> None:
    rows = [HEADER, "14.05.2023,14. Mai,Sonntag,14:30,Gut,Arbeit | Café,,,Schöner Tag", ",,,,,,,,"]
    text = "\r\n".join([*rows, "", ",,,"]).replace(",", separator)
    (found,) = read(text.encode(encoding))
    assert (found.note, found.tags, found.mood) == ("Schöner Tag", ("Arbeit", "Café"), 4)
    told = "sep=;\r\n" + text
    assert separator != ";" or len(read(told.encode(encoding))) == 1


@pytest.mark.parametrize(
    ("written", "note"),
    [
        (
            "Baked <b>two</b> loaves.<br><br>Tea &amp; cake &lt;3",
            "Baked two loaves.\n\nTea & cake <3",
        ),
        ("To do<ul><li>one</li><li>two</li></ul>Done", "To do\n• one\n• two\nDone"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("I <3 you, a < b & c; R&D", "I <3 you, a < b & c; R&D"),
        ("&#128578;&nbsp;&quot;x&quot; &unknown;", '🙂 "x" &unknown;'),
        ("<script>x</script>", "<script>x</script>"),
        ("</ul></li>x", "x"),
    ],
)
def test_notes_in_html_become_plain_text(written: str, note: str) -> None:
    quoted = written.replace('"', '""')
    assert entry(f'2026-03-01,x,x,20:30,good,,,,"{quoted}"').note == note


def test_scales_stand_in_the_note() -> None:
    found = entry('2026-03-01,x,x,20:30,good,,"Sleep: 7 | Energy: 3",Title,Text')
    assert found.note == "Title\nText\nSleep: 7, Energy: 3"


@pytest.mark.parametrize(
    "after",
    [
        ["2026-03-02,x,x,20:30,good,,,,b"],
        ['2026-03-02,x,x,20:30,good,"a | b","","","b"'],
        ['2026-03-02,x,x,20:30,good,"","","",""', '2026-03-03,x,x,20:30,good,,,,"c"'],
    ],
)
def test_a_quote_without_an_end_is_told_and_swallows_no_other_row(after: list[str]) -> None:
    refused, *others = read(table('2026-03-01,x,x,20:30,good,,,,"unclosed', *after))
    assert isinstance(refused, Refusal)
    assert refused.place == "line 2"
    assert "quotation mark" in refused.reason
    assert [other.place for other in others] == [f"line {n}" for n in range(3, 3 + len(after))]
    assert all(isinstance(other, Entry) for other in others)


def test_the_last_quote_needs_an_end_too() -> None:
    (refused,) = read(table('2026-03-01,x,x,20:30,good,,,,"unclosed', "and more"))
    assert isinstance(refused, Refusal)


def test_a_note_may_hold_what_looks_like_a_row() -> None:
    first, second = read(
        table(
            '2026-03-01,x,x,20:30,good,,,,"Copied:\r\n2026-03-02,x,x,20:30,good,,,,b\r\nend"',
            "2026-03-03,x,x,20:30,good,,,,c",
        )
    )
    assert "2026-03-02,x,x,20:30" in first.note
    assert (second.place, second.note) == ("line 5", "c")


def test_entries_are_passed_over_by_their_number() -> None:
    data = table(
        "2026-03-01,x,x,20:30,good,,,,a",
        ",,,,,,,,",
        '2026-03-01,x,x,20:30,good,,,,"unclosed',
        "2026-03-02,x,x,20:30,good,,,,b",
    )
    history = open_history(io.BytesIO(data), size=len(data), time_zone="UTC", moods={})
    (last,) = history.entries(start=2)
    assert last.place == "line 5"


def test_a_table_in_an_archive_is_read() -> None:
    (found,) = read(zipped(**{"a/daylio.csv": table("2026-03-01,x,x,20:30,good,,,,a")}))
    assert found.note == "a"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: zipped(**{"backup.daylio": b"eyJ2ZXJzaW9uIjogMTV9"}), "a Daylio backup"),
        (lambda: zipped(**{"backup.daylio": b"x"}), "Export entries › CSV"),
        (lambda: zipped(**{"xl/workbook.xml": b"<x/>"}), "Save it as CSV"),
        (lambda: zipped(**{"mimetype": b"x", "content.xml": b"<x/>"}), "Save it as CSV"),
        (lambda: zipped(**{"Index/Document.iwa": b"x"}), "Save it as CSV"),
        (lambda: zipped(**{"daylio.ZIP": b"PK"}), "upload what's inside"),
        (lambda: b"{\\rtf1 full_date}", "with the columns full_date"),
        (lambda: b"\xd0\xcf\x11\xe0 of an older one", "Save it as CSV"),
        (lambda: b"%PDF-1.7 of Daylio", "That's a PDF"),
        (lambda: b'[{"date": "2026-01-01"}]', "That's a JSON file"),
        (lambda: zipped(**{"a.csv": b"date,mood\n"}), "with the columns full_date"),
        (lambda: zipped(**{"x.csv": table(), "y.csv": table()}), "no captures.json"),
        (lambda: zipped(**{"daylio.json": b'{"dayEntries": []}'}), "That's a JSON file"),
        (lambda: b'\xef\xbb\xbf {"entries": []}', "That's a JSON file"),
        (lambda: b"[1, 2]", "but not one from Pixels"),
        (lambda: b"[{]", "but not one from Pixels"),
        (lambda: b"[]", "but not one from Pixels"),
    ],
)
def test_other_files_are_answered_with_which_one_to_send(
    file: Callable[[], bytes], words: str
) -> None:
    with pytest.raises(UnreadableError, match=words):
        read(file())
