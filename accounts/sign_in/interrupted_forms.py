"""Forms that were submitted after their session had ended, saved until their person signs in."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

SESSION_KEY = "interrupted_form"
MAX_AGE = 60 * 60
"""Seconds: long enough to look for a password, too short for words to turn up days later."""
MAX_LENGTH = 20_000
"""Characters; several times what the longest form with words holds."""
EXCLUDED_FIELDS = ("csrfmiddlewaretoken", "password", "next")


@dataclass(frozen=True, slots=True)
class InterruptedForm:
    """What a form submitted.

    Attributes:
        path: to which it was submitted.
        page: the path of the page that it stood on.
        fields: names and values in their order, without passwords and files.
        had_files: whether there were files too, which have to be chosen again.
        sent_at: seconds since 1970.
        person: who was signed in, as `person_key` puts it.
    """

    path: str
    page: str
    fields: list[tuple[str, str]]
    had_files: bool
    sent_at: float
    person: str


class InterruptedFormMiddleware:
    """Saves what is submitted to pages that require signing in, and leads back to it afterwards.

    Without it, signing in would lead to the address of the form, which knows nothing of the words
    and often answers no GET. Forms of other sites never get here: the check of their origin comes
    first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated:
            remember_person(request, response)
        elif request.method == "POST" and asks_to_sign_in(request, response):
            save_form(request)
            query = urlencode({"next": reverse("accounts:interrupted_form")})
            return redirect(f"{resolve_url('account_login')}?{query}")
        return response


def person_key(request: HttpRequest) -> str:
    """Return what recognizes the signed-in person, and tells nobody else who they are."""
    return salted_hmac("accounts.interrupted_forms", str(request.user.pk)).hexdigest()


def remember_person(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie by which a form is known to be this person's once their session has ended."""
    key = person_key(request)
    if request.COOKIES.get(settings.LAST_PERSON_COOKIE_NAME) != key:
        response.set_cookie(
            settings.LAST_PERSON_COOKIE_NAME,
            key,
            max_age=settings.SESSION_COOKIE_AGE + MAX_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def asks_to_sign_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the response asks somebody to sign in whose session has ended."""
    cookies = {settings.SESSION_COOKIE_NAME, settings.LAST_PERSON_COOKIE_NAME}
    if not cookies <= request.COOKIES.keys():
        return False
    if not isinstance(response, HttpResponseRedirect):
        return False
    target = urlsplit(response.url)
    return target.path == reverse("account_login") and "next=" in target.query


def save_form(request: HttpRequest) -> None:
    """Save in the session what a form submitted."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(part in name for part in EXCLUDED_FIELDS)
        for value in values
        if isinstance(value, str)
    ]
    form = InterruptedForm(
        path=request.get_full_path(),
        page=page_of(request),
        fields=fields if sum(len(value) for _, value in fields) <= MAX_LENGTH else [],
        had_files=bool(request.FILES),
        sent_at=timezone.now().timestamp(),
        person=request.COOKIES[settings.LAST_PERSON_COOKIE_NAME],
    )
    request.session[SESSION_KEY] = asdict(form)


def page_of(request: HttpRequest) -> str:
    """Return the path of the page that a form stood on, or of Today if the browser hides it."""
    referrer = request.headers.get("Referer", "")
    host, secure = {request.get_host()}, request.is_secure()
    if not url_has_allowed_host_and_scheme(referrer, host, require_https=secure):
        return reverse("emotions:today")
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def take_form(request: HttpRequest) -> InterruptedForm | None:
    """Return the saved form, once, if it is recent and of the person who has signed in."""
    saved = request.session.pop(SESSION_KEY, None)
    if saved is None or timezone.now().timestamp() - saved["sent_at"] > MAX_AGE:
        return None
    if not constant_time_compare(saved["person"], person_key(request)):
        return None
    return InterruptedForm(**{**saved, "fields": [(name, text) for name, text in saved["fields"]]})
