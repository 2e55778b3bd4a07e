"""JSON is read strictly: nothing that another program would read in another way, or not at all."""

import pytest

from common.json_documents import MAX_DEPTH, InvalidJsonError, parse_json


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"{}", {}),
        (b'{"a": [1, -1.5, true, null, "\xc3\xa9"]}', {"a": [1, -1.5, True, None, "é"]}),
        (rb'"\ud83d\ude42 \u00fc"', "🙂 ü"),
        (rb'"\\ud800"', r"\ud800"),
        (b"9007199254740991", 2**53 - 1),
        (b"1e300", 1e300),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, eval("[" * MAX_DEPTH + "]" * MAX_DEPTH)),  # noqa: S307
    ],
)
def test_a_document_is_read(content: bytes, value: object) -> None:
    assert parse_json(content) == value


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "JSON in UTF-8"),
        (b'{"a":', "JSON in UTF-8"),
        (b'{"a": 1} {}', "JSON in UTF-8"),
        (b'"\xff"', "JSON in UTF-8"),
        (b'"\xed\xa0\x80"', "JSON in UTF-8"),
        ('"é"'.encode("utf-16"), "JSON in UTF-8"),
        (b"9" * 5000, "JSON in UTF-8"),  # more digits than Python reads
        (rb'"\ud800"', "whole letters"),
        (rb'[{"a": ["\udfff"]}]', "whole letters"),
        (rb'{"\ud800": 1}', "whole letters"),
        (b"NaN", "received NaN"),
        (b"[-Infinity]", "received -Infinity"),
        (b"1e999", "a double"),
        (b"-1e999", "a double"),
        (b"9007199254740992", "a double"),
        (b'{"a": 1, "a": 1}', "each name once"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "at most 32 levels"),
        (b"[" * 900 + b"]" * 900, "at most 32 levels"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "at most 32 levels"),
        (b"[" * 100_000, "at most 32 levels"),
    ],
)
def test_what_is_read_differently_elsewhere_is_refused(content: bytes, expected: str) -> None:
    with pytest.raises(InvalidJsonError, match=f"^Expected .*{expected}"):
        parse_json(content)
