"""What counts as lost when an upgrade compares a site before and after."""

import gzip
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from backups.archive import MANIFEST, Manifest
from backups.writing import add_member, add_verified_member
from integration_tests.upgrade import Report, members

CAPTURE = {
    "uuid": "018f",
    "mood": 3,
    "valence": 0.3,
    "tags": [],
    "detections": [{"emotion": "happy"}],
}


def report_of(before: object, after: object) -> Report:
    report = Report("SQLite")
    report.same("upgraded", "captures", before, after)
    return report


@pytest.mark.parametrize(
    "after",
    [
        pytest.param({**CAPTURE, "feelings": ["calm"]}, id="field"),
        pytest.param({**CAPTURE, "tags": ["home"]}, id="item"),
        pytest.param({**CAPTURE, "valence": 0.1 + 0.2, "new": 1}, id="rounding"),
        pytest.param({**CAPTURE, "detections": [{"emotion": "happy", "set": []}]}, id="deep"),
    ],
)
def test_what_was_added_is_printed_and_passes(
    after: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report_of(CAPTURE, after).failures == 0
    printed = capsys.readouterr().out.splitlines()
    assert "ok" in printed[0]
    assert printed[1].startswith("    + ")


@pytest.mark.parametrize(
    ("after", "line"),
    [
        pytest.param({**CAPTURE, "valence": 0.31}, "- valence: 0.3", id="number"),
        pytest.param(
            {key: CAPTURE[key] for key in ("uuid", "valence", "tags")}, "- mood: 3", id="removed"
        ),
        pytest.param({**CAPTURE, "mood": 4}, "- mood: 3", id="changed"),
        pytest.param({**CAPTURE, "tags": None}, "- tags: []", id="another kind"),
        pytest.param(
            {**CAPTURE, "detections": []}, '- detections[0] › emotion: "happy"', id="deep"
        ),
    ],
)
def test_what_is_gone_or_changed_fails(
    after: dict[str, Any], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report_of(CAPTURE, {**after, "new": True}).failures == 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed
    assert f"    {line}\n" in printed


def backup(path: Path, *, migrations: list[str], **tables: list[dict[str, Any]]) -> Path:
    """Write a backup with tables of these rows."""
    manifest = Manifest("2026-03-14T09:26:53+00:00", migrations)
    with tarfile.open(path, "w") as archive:
        for label, rows in tables.items():
            lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            name = f"tables/emotions.{label}/000001.jsonl.gz"
            add_verified_member(archive, manifest, name, gzip.compress(lines))
            manifest.rows[label] = len(rows)
        add_member(archive, MANIFEST, manifest.to_json())
    return path


def test_backups_may_gain_columns_tables_and_migrations_and_lose_nothing(tmp_path: Path) -> None:
    old = [{"id": 7, "note": "x"}, {"id": 9, "note": "y"}]
    new = [{"id": 8, "note": "z", "words": 1}, *({**row, "words": 0} for row in old)]
    before = members(backup(tmp_path / "before", migrations=["b.0001"], Capture=old))
    grown = backup(tmp_path / "grown", migrations=["a.0001", "b.0001"], Capture=new, Goal=[{}])
    assert report_of(before, members(grown)).failures == 0
    shrunk = backup(tmp_path / "shrunk", migrations=["a.0001", "b.0001"], Capture=new[:2])
    assert report_of(before, members(shrunk)).failures == 1
    changed = backup(tmp_path / "changed", migrations=["b.0001"], Capture=[old[0], {"id": 9}])
    assert report_of(before, members(changed)).failures == 1
