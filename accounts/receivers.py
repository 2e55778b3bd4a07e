"""Keep sessions, the list of devices and the security log right with what allauth does."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, password_changed, password_set, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.devices.services import move_device, record_device
from accounts.models import SecurityEvent, User
from accounts.security_log import is_new_device, record_event
from accounts.services import save_language
from accounts.sign_in import second_factors


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Record the device, which causes an email if it is new, and their first language."""
    if not user.language:
        save_language(person=user, code=get_language() or "")
    request.session.save()  # devices without a stored session are not listed
    if user.new_device_letters and is_new_device(person=user, request=request):
        get_adapter().send_notification_mail("account/email/new_device", user)
    else:
        record_event(person=user, kind=SecurityEvent.Kind.SIGN_IN)
    record_device(person=user, session=request.session, request=request)


@receiver(authentication_failed)
def record_wrong_code(user: User, **_: Any) -> None:
    """Record a wrong code: somebody knows the password.

    Wrong passwords are not recorded, as anybody could fill anybody's log with them.
    """
    record_event(person=user, kind=SecurityEvent.Kind.SECOND_FACTOR_FAILED)


@receiver(email_added)
def tell_of_new_address(user: User, email_address: EmailAddress, **_: Any) -> None:
    """Tell the person at the address that they have so far."""
    get_adapter().send_notification_mail(
        "account/email/email_added", user, {"new_email": email_address.email}
    )


@receiver([password_changed, password_set])
def keep_current_device(request: HttpRequest, user: User, **_: Any) -> None:
    """Keep the current device, whose session gets a new key, in the list."""
    if request.user.is_authenticated:
        move_device(person=user, session=request.session, request=request)


@receiver(user_logged_out)
def flag_sign_out(request: HttpRequest, **_: Any) -> None:
    """Flag the request for `accounts.middleware.ClearSiteDataMiddleware`."""
    request.has_signed_out = True  # type: ignore[attr-defined]


@receiver(authenticator_added)
def begin_second_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Let a new second factor count for this session, and end those without one."""
    second_factors.begin(person=user, factor=authenticator, request=request)
