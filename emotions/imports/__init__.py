"""Readers of files with a history in them; whatever they read, they trust nothing of it."""

from emotions.imports.daylio import moods_in
from emotions.imports.entries import Entry, EntryError, Read, ReadFace, Refused, UnreadableError
from emotions.imports.files import MAX_BYTES, open_history

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
