"""Keep the list of devices up to date when people sign in, sign out or change passwords."""

from typing import Any

from allauth.account.signals import password_changed, password_set, user_logged_in
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.models import User
from accounts.services import move_device, record_device, save_language


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Record the device, and the language in which the person first came."""
    if not user.language:
        save_language(person=user, code=get_language() or "")
    request.session.save()  # devices without a stored session are not listed
    record_device(person=user, session=request.session, request=request)


@receiver([password_changed, password_set])
def keep_current_device(request: HttpRequest, user: User, **_: Any) -> None:
    """Keep the current device, whose session gets a new key, in the list."""
    if request.user.is_authenticated:
        move_device(person=user, session=request.session, request=request)


@receiver(user_logged_out)
def flag_sign_out(request: HttpRequest, **_: Any) -> None:
    """Flag the request for `accounts.middleware.ClearSiteDataMiddleware`."""
    request.has_signed_out = True  # type: ignore[attr-defined]
