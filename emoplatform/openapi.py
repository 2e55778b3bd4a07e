"""How the description of the API is made, by drf-spectacular."""

from django.utils.translation import gettext_lazy as _

SPECTACULAR_SETTINGS = {
    "TITLE": "Emoplatform",
    "DESCRIPTION": _(
        "Record what your face expresses and read your mood history. Apps sign in at "
        "/api/auth/app/v1/auth/login and send the token they get as X-Session-Token. Errors "
        "below /api/v1/ are application/problem+json with a stable code. Every response has an "
        "X-Request-Id, and there RateLimit and RateLimit-Policy as well; 429 and 503 have "
        "Retry-After."
    ),
    "VERSION": "1.1.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/", "description": _("This site.")}],
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "Emotion": "emotions.models.Feeling",
        "Source": "emotions.models.Capture.Source",
        "PhotoSource": "emotions.api.captures.serializers.PHOTO_SOURCES",
        "Kept": "emotions.models.Capture.Kept",
        "ReadOn": "emotions.models.Capture.ReadOn",
        "Role": "emotions.models.Detection.Role",
        "Span": "emotions.insights.trends.Span",
        "ReminderWay": "emotions.models.Reminder.Way",
        "KeptFor": "emotions.models.Preferences.KeptFor",
        "ImportState": "emotions.models.Import.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "emotions.api.sign_in.document.add_sign_in",
        "emotions.api.document.enumerations.open_enumerations",
        "emotions.api.document.headers.add_headers",
        "emotions.api.document.integers.size_integers",
    ],
    "COMPONENT_SPLIT_PATCH": False,  # the serializers declare which fields are optional
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {"name": "sign-in", "description": _("Signing up, in and out of an app.")},
        {
            "name": "account",
            "description": _("Email addresses, the password and second factors."),
        },
        {"name": "captures", "description": _("Your moments, with a photo or in words.")},
        {"name": "sync", "description": _("Keeping an app and the server in sync.")},
        {"name": "detect", "description": _("Reading pictures without saving them.")},
        {"name": "tags", "description": _("Your own words for what was going on.")},
        {"name": "today", "description": _("Your mood today.")},
        {"name": "trends", "description": _("Your moods over time.")},
        {"name": "model", "description": _("The network that reads photos.")},
        {"name": "server", "description": _("What a site is and allows, before you sign in.")},
        {"name": "me", "description": _("Your profile, your consents, and deleting your account.")},
        {
            "name": "reminders",
            "description": _("Being asked how you are, at the times you choose."),
        },
        {"name": "devices", "description": _("Where you're signed in.")},
        {"name": "tokens", "description": _("Access tokens for your own scripts.")},
    ],
}
