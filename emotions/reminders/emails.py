"""The texts of reminders: the email, and the payload of a notification."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from emotions.models import Reminder
from emotions.reminders.unsubscribe import unsubscribe_link


def capture_link() -> str:
    """Return the absolute address of the page that records a moment."""
    return f"{settings.SITE_URL}{reverse('emotions:capture')}"


def reminder_email(reminder: Reminder) -> EmailMessage:
    """Return a reminder's email in its owner's language, with one-click unsubscribe (RFC 8058)."""
    stop = unsubscribe_link(owner=reminder.owner, way=Reminder.Way.EMAIL)
    with translation.override(reminder.owner.language or settings.LANGUAGE_CODE):
        context = {"capture": capture_link(), "stop": stop}
        return EmailMessage(
            subject=_("How are you right now?"),
            body=render_to_string("emotions/reminder_email.txt", context),
            to=[reminder.owner.email],
            headers={
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )


def notification_payload(reminder: Reminder) -> dict[str, Any]:
    """Return what `static/js/push/worker.js` needs to show a reminder in its owner's language."""
    with translation.override(reminder.owner.language or settings.LANGUAGE_CODE):
        return {
            "title": _("How are you right now?"),
            "body": _("A moment for your diary, if you like."),
            "open": capture_link(),
            "stop": unsubscribe_link(owner=reminder.owner, way=Reminder.Way.PUSH),
            "stop_label": _("Stop these reminders"),
            "stopped": _("Stopped. You can turn them on again under Reminders."),
        }
