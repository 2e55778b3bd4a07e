"""Readers of files with a history in them, none of which are trusted."""

from emotions.transfer.readers.entries import (
    Entry,
    EntryError,
    EntryFace,
    ParsedEntry,
    Refusal,
    UnreadableError,
)
from emotions.transfer.readers.formats import MAX_IMPORT_BYTES, HistoryReader, open_history
from emotions.transfer.readers.local_times import DateOrder
from emotions.transfer.readers.mood_names import MAX_MOOD_NAME, parse_mood_values

__all__ = [
    "MAX_IMPORT_BYTES",
    "MAX_MOOD_NAME",
    "DateOrder",
    "Entry",
    "EntryError",
    "EntryFace",
    "HistoryReader",
    "ParsedEntry",
    "Refusal",
    "UnreadableError",
    "open_history",
    "parse_mood_values",
]
