"""What is in a file and what would become of it, before any of it comes in."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_info

from common.time_zones import day_of
from emotions.captures.wording import MOODS
from emotions.models import Capture, Feeling, Import
from emotions.transfer.matching import KnownCaptures, Outcome
from emotions.transfer.readers import Entry, HistoryReader, ParsedEntry, Refusal
from emotions.transfer.readers.mood_names import guess_language, key_of

MAX_SHOWN = 5
MAX_MOODS = 100
MAX_REMARKS = 20
MAX_NOTE_SHOWN = 200


def batched(entries: Iterator[ParsedEntry], size: int) -> Iterator[list[ParsedEntry]]:
    while batch := list(islice(entries, size)):
        yield batch


def empty_report() -> dict[str, Any]:
    """Return a report of nothing, with a value of everything that formats describe."""
    return {
        **dict.fromkeys(("format", "encoding", "separator", "date_order", "language"), ""),
        "dates_are_certain": True,
        **dict.fromkeys(("new", "changed", "already_there", "deleted", "refused", "pictures"), 0),
        **dict.fromkeys(("first", "last")),
        **{name: [] for name in ("moods", "entries", "changes", "refusals", "remarks")},
    }


class Preview:
    """Collects a report of an import, which goes on where an earlier job left off.

    Attributes:
        report: as JSON. Its numbers count entries by `Outcome`; `moods` are names, how often they
            stand there and their value or null; `entries` are the first ones that are new,
            `changes` those that say something else here.
    """

    def __init__(self, job: Import, history: HistoryReader) -> None:
        self.owner = job.owner
        self.report: dict[str, Any] = job.preview or {**empty_report(), **history.description}

    def add(self, entries: Sequence[ParsedEntry]) -> None:
        known = KnownCaptures.load(self.owner, [one for one in entries if isinstance(one, Entry)])
        for entry in entries:
            if isinstance(entry, Refusal):
                self._refuse(entry)
            else:
                self._add_entry(entry, *known.match(entry))

    def _add_entry(self, entry: Entry, outcome: Outcome, capture: Capture | None) -> None:
        report = self.report
        report[outcome] += 1
        day = day_of(entry.taken_at, entry.time_zone).isoformat()
        report["first"] = min(filter(None, (report["first"], day)))
        report["last"] = max(filter(None, (report["last"], day)))
        if entry.mood_name:
            self._count_mood(entry.mood_name, entry.mood)
        if entry.remark and len(report["remarks"]) < MAX_REMARKS:
            report["remarks"].append({"place": entry.place, "reason": entry.remark})
        if outcome == Outcome.NEW and len(report["entries"]) < MAX_SHOWN:
            report["entries"].append(described(entry, entry.tags))
        if outcome == Outcome.CHANGED and capture and len(report["changes"]) < MAX_SHOWN:
            before = described(capture, capture.tag_names)
            report["changes"].append({"before": before, "after": described(entry, entry.tags)})

    def _refuse(self, refusal: Refusal) -> None:
        self.report["refused"] += 1
        if refusal.mood:
            self._count_mood(refusal.mood, None)
        elif len(self.report["refusals"]) < MAX_REMARKS:
            self.report["refusals"].append({"place": refusal.place, "reason": refusal.reason})

    def _count_mood(self, name: str, value: int | None) -> None:
        moods = self.report["moods"]
        for mood in moods:
            if key_of(mood["name"]) == key_of(name):
                mood["count"] += 1
                return
        if len(moods) < MAX_MOODS:
            moods.append({"name": name, "count": 1, "value": value})

    def finish(self) -> None:
        """Guess the language by all names of moods; unknown ones come first."""
        if moods := self.report.get("moods"):
            self.report["language"] = guess_language(mood["name"] for mood in moods)
            moods.sort(key=lambda mood: (mood["value"] is not None, -(mood["value"] or 0)))


def described(moment: Entry | Capture, tags: Iterable[str]) -> dict[str, Any]:
    """Return what a moment says, as a page shows it."""
    return {
        "taken_at": moment.taken_at.astimezone(ZoneInfo(moment.time_zone)).isoformat(),
        "time_zone": moment.time_zone,
        "felt": moment.felt,
        "mood": moment.mood,
        "note": moment.note[:MAX_NOTE_SHOWN],
        "tags": list(tags),
    }


def shown_preview(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report for a page: local times, words for moods, and one list of remarks."""
    return {
        **report,
        "first": report.get("first") and date.fromisoformat(report["first"]),
        "last": report.get("last") and date.fromisoformat(report["last"]),
        "entries": list(map(shown, report.get("entries", ()))),
        "changes": [
            {name: shown(moment) for name, moment in change.items()}
            for change in report.get("changes", ())
        ],
        "remarks": [*report.get("refusals", ()), *report.get("remarks", ())],
        "language": language_name(report.get("language", "")),
    }


def shown(moment: dict[str, Any]) -> dict[str, Any]:
    felt = moment["felt"]
    return {
        **moment,
        "taken_at": datetime.fromisoformat(moment["taken_at"]).replace(tzinfo=None),
        "mood": dict(MOODS).get(str(moment["mood"]), ""),
        "felt": Feeling(felt).label if felt else "",
    }


def language_name(code: str) -> str:
    """Return the name of a language of mood names in the language of the page."""
    return get_language_info({"zh": "zh-hans"}.get(code, code))["name_translated"] if code else ""
