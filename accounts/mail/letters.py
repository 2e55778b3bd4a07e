"""Writing and sending the emails about an account.

A letter in the queue holds no secret: its links and their tokens are created when it is sent.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.device_names import name_from_user_agent
from accounts.mail.sign_in_codes import code_of
from accounts.models import Letter
from accounts.security_log import seal_event

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
PERMANENT_ERROR = 500  # SMTP: replies below ask to try again later

logger = logging.getLogger(__name__)


class ObsoleteLetterError(Exception):
    """What the letter is about has changed since, so there is nothing to send."""


def claim_letter(*, letter_id: int) -> Letter | None:
    """Claim a letter that is due, and move its next attempt into the future.

    Call it inside a transaction that also schedules the next attempt: neither a mail server that
    fails nor a worker that is killed then loses a letter.

    Returns:
        None if it was sent, belongs to a deleted account, or is not due.
    """
    now = timezone.now()
    letter = Letter.objects.select_for_update().filter(pk=letter_id, due_at__lte=now).first()
    if letter is None:
        return None
    if letter.created_at < now - GIVE_UP_AFTER:
        logger.error("letter given up", extra={"template": letter.template})
        letter.delete()
        return None
    letter.due_at = now + min(FIRST_PAUSE * 2**letter.attempts, LONGEST_PAUSE)
    letter.attempts += 1
    letter.save(update_fields=["due_at", "attempts"])
    return letter


def send_letter(*, letter: Letter) -> None:
    """Send a letter and delete it; it stays for the next attempt if the mail server fails."""
    try:
        compose(letter).send()
    except ObsoleteLetterError:
        logger.info("letter obsolete", extra={"template": letter.template})
    except (SMTPException, OSError) as error:  # names that do not resolve are OSErrors
        # The text of an error may name the address.
        facts = {"template": letter.template, "error": type(error).__name__}
        if not is_permanent(error):
            logger.warning("letter delayed", extra=facts)
            return
        logger.warning("letter refused", extra=facts)
    letter.delete()


def is_permanent(error: Exception) -> bool:
    """Return whether the mail server says that this address never takes email."""
    return isinstance(error, SMTPRecipientsRefused) and all(
        code >= PERMANENT_ERROR for code, _ in error.recipients.values()
    )


def compose(letter: Letter) -> EmailMessage:
    """Write a letter in the language of its reader.

    Raises:
        ObsoleteLetterError: there is nothing to write any more.
    """
    time_zone = letter.person.time_zone if letter.person else settings.TIME_ZONE
    with (
        translation.override(letter.language or settings.LANGUAGE_CODE),
        timezone.override(ZoneInfo(time_zone)),
    ):
        context = {
            **letter.facts,
            "user": letter.person,
            "email": letter.email,
            "written_at": letter.created_at,
            "time_zone": time_zone,
            "device": name_from_user_agent(letter.facts.get("user_agent", "")),
            "site_url": settings.SITE_URL,
            "password_reset_url": absolute("account_reset_password"),
            **LINKS.get(letter.template, not_me_link)(letter),
        }
        subject = render_to_string(f"{letter.template}_subject.txt", context)
        return EmailMessage(
            subject=f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{' '.join(subject.split())}",
            body=render_to_string(f"{letter.template}_message.txt", context).strip() + "\n",
            to=[letter.email],
            headers={"Auto-Submitted": "auto-generated"},
        )


def not_me_link(letter: Letter) -> dict[str, Any]:
    """Return the link by which the reader disowns what the letter tells of."""
    event_id = letter.facts.get("event")
    return {"not_me_url": absolute("accounts:not_me", seal_event(event_id))} if event_id else {}


def reset_link(letter: Letter) -> dict[str, Any]:
    """Return the link that sets a new password."""
    if letter.person is None or not letter.person.is_active:
        raise ObsoleteLetterError
    token = default_token_generator.make_token(letter.person)
    uid = user_pk_to_url_str(letter.person)
    return {"password_reset_url": absolute("account_reset_password_from_key", uid, token)}


def sign_in_code(letter: Letter) -> dict[str, Any]:
    """Return the code to sign in with, unless nobody can use it any more."""
    valid_for = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    is_late = timezone.now() - letter.created_at > valid_for
    if letter.person is None or not letter.person.is_active or is_late:
        raise ObsoleteLetterError
    return {
        "code": code_of(letter.facts["code_seed"]),
        "minutes": int(valid_for.total_seconds()) // 60,
    }


def confirmation_link(letter: Letter) -> dict[str, Any]:
    """Return the link that confirms an address."""
    address = EmailAddress.objects.filter(user=letter.person, email=letter.email).first()
    if address is None or address.verified:
        raise ObsoleteLetterError
    return {"activate_url": absolute("account_confirm_email", EmailConfirmationHMAC(address).key)}


def signup_link(_: Letter) -> dict[str, Any]:
    """Return the link to sign up, where everybody may."""
    return {"signup_url": absolute("account_signup")} if settings.SIGN_UP == "open" else {}


LINKS: dict[str, Callable[[Letter], dict[str, Any]]] = {
    "account/email/password_reset_key": reset_link,
    "account/email/not_me": reset_link,
    "account/email/login_code": sign_in_code,
    "account/email/email_confirmation": confirmation_link,
    "account/email/email_confirmation_signup": confirmation_link,
    "account/email/unknown_account": signup_link,
}


def absolute(name: str, *args: str) -> str:
    """Return the absolute address of a page; never of the host that a request named."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"
