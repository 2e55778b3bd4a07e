"""Readers of files with a history in them; whatever they read, they trust nothing of it."""

from emotions.transfer.readers.daylio import moods_in
from emotions.transfer.readers.entries import (
    Entry,
    EntryError,
    Read,
    ReadFace,
    Refused,
    UnreadableError,
)
from emotions.transfer.readers.formats import MAX_BYTES, open_history

__all__ = [
    "MAX_BYTES",
    "Entry",
    "EntryError",
    "Read",
    "ReadFace",
    "Refused",
    "UnreadableError",
    "moods_in",
    "open_history",
]
