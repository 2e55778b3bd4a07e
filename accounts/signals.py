"""Signals about accounts, for the apps above."""

from django.dispatch import Signal

account_deleted = Signal()
"""Sent with `person` inside the transaction, before any of their records are deleted."""

consent_changed = Signal()
"""Sent with `person`, `kind` and `given` inside the transaction that gives or withdraws consent."""
