"""Security schemes and problem responses that the descriptions of operations share."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from emotions.api.problems import CONTENT_TYPE, problem
from emotions.pictures.errors import MESSAGES, STATUSES, error_message

PROBLEMS: dict[str, tuple[int, str]] = {
    "invalid": (400, "Some fields aren't valid."),
    "parse_error": (400, "Multipart form parse error - Invalid boundary in multipart: None"),
    "bad_request": (400, "The request isn't valid."),
    "invalid_cursor": (400, "Use the cursor exactly as given in next and previous."),
    "not_authenticated": (401, "Authentication credentials were not provided."),
    "authentication_failed": (401, "The session token is invalid or has expired."),
    "permission_denied": (403, "CSRF Failed: CSRF token missing."),
    "read_only_token": (
        403,
        "This access token is read-only. Create one that can write, or sign in.",
    ),
    "export_not_allowed": (403, "This access token can't export. Create one that can, or sign in."),
    "reauthentication_required": (403, "Confirm first that it is you, then ask again."),
    "consent_required": (403, "Consent to the current text is required before a photo is read."),
    "storage_full": (403, "Your pictures leave no room for another one. Nothing was saved."),
    "not_found": (404, "Not found."),
    "method_not_allowed": (405, 'Method "PUT" not allowed.'),
    "not_acceptable": (406, "Could not satisfy the request Accept header."),
    "conflict": (409, "Another request came under this UUID or key before."),
    "not_ready": (409, "This import isn't waiting for confirmation."),
    "tag_exists": (409, "You already have a tag with this name. You can merge the two."),
    "no_picture": (409, "This capture has no saved picture to turn."),
    "not_undoable": (409, "This import can't be undone, or can no longer be undone."),
    "push_not_offered": (409, "This site doesn't send notifications. Choose email instead."),
    "too_many_reminders": (409, "You have as many reminders as there can be."),
    "deleted": (410, "This capture was deleted."),
    "precondition_failed": (412, "It has changed since you read it."),
    "unsupported_media_type": (415, 'Unsupported media type "text/plain" in request.'),
    **{code: (STATUSES[code], error_message(code)) for code in MESSAGES},
    "no_face": (422, "No face was found and nothing was saved."),
    "too_many_tags": (422, "You have as many different tags as there can be."),
    "busy": (429, "Earlier frames are still being read."),
    "throttled": (429, "Request was throttled. Expected available in 20 seconds."),
    "too_many_at_once": (429, "Other requests of yours are still being worked on."),
    "too_many_moments": (429, "You've reached today's limit of moments. Nothing was saved."),
    "server_error": (500, "Something went wrong on our side. Nothing was saved."),
    "unavailable": (
        503,
        "A service we rely on isn't responding. Nothing was saved.",
    ),
    "imports_busy": (503, "Files of other people are still being read."),
    "no_model": (503, "No trained network is available right now. Nothing was saved."),
}
"""Every stable code with its status and an example of what it says."""

COMMON_PROBLEMS = [
    "not_authenticated",
    "authentication_failed",
    "not_acceptable",
    "throttled",
    "server_error",
]


class ProblemSerializer(serializers.Serializer[Any]):
    """An error as `application/problem+json` (RFC 9457); `code` is what programs may rely on."""

    type = serializers.CharField(help_text=_("Always about:blank; see `code` for what happened."))
    title = serializers.CharField(help_text=_("The reason phrase."))
    status = serializers.IntegerField(help_text=_("The status code."))
    code = serializers.CharField(help_text=_("Stable; for programs."))
    detail = serializers.CharField(help_text=_("What happened, for people; may change."))
    errors = serializers.DictField(  # type: ignore[assignment]  # a field
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text=_("With the code invalid: what is wrong, by field."),
    )
    existing = serializers.IntegerField(
        required=False, help_text=_("With the code tag_exists: the id of the tag with that name.")
    )
    request_id = serializers.CharField(
        required=False,
        help_text=_("With status 500 or 503: the request's id in the log."),
    )


def problem_example(code: str) -> OpenApiExample:
    """Return how the problem with this code looks."""
    status, detail = PROBLEMS[code]
    wrong = {"errors": {"time_zone": ["This is not the IANA name of a time zone."]}}
    members: dict[str, dict[str, Any]] = {"invalid": wrong, "tag_exists": {"existing": 7}}
    body = problem(status=status, code=code, detail=detail, **members.get(code, {}))
    return OpenApiExample(code, value=body, response_only=True)


def problem_responses(*codes: str) -> dict[tuple[int, str], OpenApiResponse]:
    """Describe the problems with these codes, and those that every operation may answer."""
    writing = ["read_only_token"] if "permission_denied" in codes else []
    by_status: dict[int, list[str]] = {}
    for code in sorted({*codes, *writing, *COMMON_PROBLEMS}, key=list(PROBLEMS).index):
        by_status.setdefault(int(PROBLEMS[code][0]), []).append(code)
    return {
        (status, CONTENT_TYPE): OpenApiResponse(
            ProblemSerializer,
            description=f"{HTTPStatus(status).phrase}: {', '.join(together)}.",
            examples=[problem_example(code) for code in together],
        )
        for status, together in sorted(by_status.items())
    }


class SessionTokenScheme(OpenApiAuthenticationExtension):
    """Describes the token of an app's sign-in."""

    target_class = "emotions.api.authentication.SessionTokenAuthentication"
    name = "sessionToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-Session-Token",
            "description": gettext(
                "Returned to an app that signs in at /api/auth/app/v1/auth/login."
            ),
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """Describes the cookie of a page's sign-in."""

    target_class = "emotions.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": gettext("A browser session; POST and DELETE also require X-CSRFToken."),
        }


class AccessTokenScheme(OpenApiAuthenticationExtension):
    """Describes the access token of a script."""

    target_class = "emotions.api.authentication.AccessTokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": gettext(
                "An access token, created on the settings page or at /api/v1/tokens/."
            ),
        }
