"""Forms that were sent after their session had ended, kept until their person signs in."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

KEY = "interrupted_form"
KEPT_FOR = 60 * 60
"""Seconds: long enough to look for a password, and no trace of a diary after that."""
MAX_LETTERS = 20_000
"""Several times what the longest form with words holds."""
UNKEPT = ("csrfmiddlewaretoken", "password", "next")


@dataclass(frozen=True, slots=True)
class InterruptedForm:
    """What a form sent.

    Attributes:
        path: to which it was sent.
        page: the path of the page that it stood on.
        fields: names and values in their order, without passwords and files.
        had_files: it sent files too, which are to be chosen anew.
        sent_at: seconds since 1970.
    """

    path: str
    page: str
    fields: list[tuple[str, str]]
    had_files: bool
    sent_at: float


class InterruptedFormMiddleware:
    """Keeps what is sent to pages that ask for signing in first, and leads back to it afterwards.

    Without it, signing in would lead to the address of the form, which knows nothing of the words
    and often answers no GET. Forms of other sites never get here: the check of their origin comes
    first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "POST" and asks_to_sign_in(request, response):
            keep(request)
            query = urlencode({"next": reverse("accounts:interrupted_form")})
            return redirect(f"{resolve_url('account_login')}?{query}")
        return response


def asks_to_sign_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether a page answers that its person, who was signed in, is so no more."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    if not isinstance(response, HttpResponseRedirect) or request.user.is_authenticated:
        return False
    target = urlsplit(response.url)
    return target.path == reverse("account_login") and "next=" in target.query


def keep(request: HttpRequest) -> None:
    """Keep in the session what a form has sent."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(part in name for part in UNKEPT)
        for value in values
        if isinstance(value, str)
    ]
    form = InterruptedForm(
        path=request.get_full_path(),
        page=page_of(request),
        fields=fields if sum(len(value) for _, value in fields) <= MAX_LETTERS else [],
        had_files=bool(request.FILES),
        sent_at=timezone.now().timestamp(),
    )
    request.session[KEY] = asdict(form)
    request.session.set_expiry(KEPT_FOR)


def page_of(request: HttpRequest) -> str:
    """Return the path of the page that sent a form, as far as its browser told."""
    referrer = request.headers.get("Referer", "")
    host, secure = {request.get_host()}, request.is_secure()
    if not url_has_allowed_host_and_scheme(referrer, host, require_https=secure):
        return reverse("emotions:today")
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def take(session: SessionBase) -> InterruptedForm | None:
    """Return the form that was kept, once, if that was not too long ago."""
    kept = session.pop(KEY, None)
    if kept is None or timezone.now().timestamp() - kept["sent_at"] > KEPT_FOR:
        return None
    return InterruptedForm(**{**kept, "fields": [(name, text) for name, text in kept["fields"]]})
