"""What other subjects learn about preferences."""

from django.dispatch import Signal

preferences_changed = Signal()
"""Sent after a person's preferences are written, with `send`, so that errors are raised.

Arguments:
    sender: the class `Preferences`.
    preferences: as they are now.
    fields: names of those that were set.
"""
