"""What other subjects learn about tags."""

from django.dispatch import Signal

tag_name_changing = Signal()
"""Sent when a tag is renamed, merged or deleted, before its captures get other numbers for it.

It is inside the transaction that does so, with `send`, and the owner's row is locked.

Arguments:
    sender: the class `Tag`.
    owner: whose tag it is.
    captures: a query for those that have it, the trash included.
    offset: what their new sequence numbers are beyond their primary keys; None without captures.
    name: what it was called.
    becomes: what it is called now, or the tag that takes its place; None where it is deleted.
"""
