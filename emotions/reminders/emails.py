"""The words of reminders: an e-mail, or what a notification shows."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from emotions.models import Reminder
from emotions.reminders.unsubscribe import stop_link


def capture_link() -> str:
    """Return the address, with its host, at which a moment is recorded."""
    return f"{settings.SITE_URL}{reverse('emotions:capture')}"


def letter(reminder: Reminder) -> EmailMessage:
    """Return the e-mail of a reminder, which mail programs can stop with one tap (RFC 8058)."""
    with translation.override(reminder.owner.language or settings.LANGUAGE_CODE):
        return written(reminder)


def written(reminder: Reminder) -> EmailMessage:
    """Return the e-mail of a reminder in the language that is spoken now."""
    stop = stop_link(owner=reminder.owner, way=Reminder.Way.EMAIL)
    words = {"capture": capture_link(), "stop": stop}
    return EmailMessage(
        subject=_("How are you right now?"),
        body=render_to_string("emotions/reminder_letter.txt", words),
        to=[reminder.owner.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def notice(reminder: Reminder) -> dict[str, Any]:
    """Return what `static/js/push/worker.js` needs to show a reminder."""
    with translation.override(reminder.owner.language or settings.LANGUAGE_CODE):
        return {
            "title": _("How are you right now?"),
            "body": _("A moment for your diary, if you like."),
            "open": capture_link(),
            "stop": stop_link(owner=reminder.owner, way=Reminder.Way.PUSH),
            "stop_label": _("Stop these"),
            "stopped": _("Stopped. You can let them come again on the page Reminders."),
        }
