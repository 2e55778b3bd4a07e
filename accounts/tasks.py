"""The path of a task in jobs that an earlier release stored in the queue."""

from accounts.mail.tasks import deliver_letter

__all__ = ["deliver_letter"]
