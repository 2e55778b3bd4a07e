"""What other parts of the site have to know about people."""

from django.dispatch import Signal

account_deleted = Signal()
"""Sent with `person` inside the transaction that deletes them, before anything of theirs goes."""

consent_changed = Signal()
"""Sent with `person`, `kind` and `given` inside the transaction that gives or withdraws consent."""
