"""What happens to devices when somebody signs in or out, or takes a new password."""

from typing import Any

from allauth.account.signals import password_changed, password_set, user_logged_in
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.models import User
from accounts.services import move_device, record_device, save_language


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Begin to list the device, and keep the language in which they came."""
    if not user.language:
        save_language(person=user, code=get_language() or "")
    request.session.save()  # whoever lists devices looks for their sessions in the store
    record_device(person=user, session=request.session, request=request)


@receiver([password_changed, password_set])
def keep_this_device(request: HttpRequest, user: User, **_: Any) -> None:
    """Go on listing the one device that a new password does not sign out."""
    if request.user.is_authenticated:
        move_device(person=user, session=request.session, request=request)


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, **_: Any) -> None:
    """Let `accounts.middleware.ClearSiteDataMiddleware` know."""
    request.has_signed_out = True  # type: ignore[attr-defined]
