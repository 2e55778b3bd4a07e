"""Descriptions of what a person reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiRequest, OpenApiResponse

from emotions.api.insights.serializers import (
    AnsweredModelSerializer,
    FramesReadSerializer,
    FramesSerializer,
    ModelSerializer,
    PatternsSerializer,
    SpanQuerySerializer,
    TagSerializer,
    TodayQuerySerializer,
    TodaySerializer,
    TrendsQuerySerializer,
    TrendsSerializer,
)
from emotions.api.openapi import answers
from emotions.api.schema_shared import SHARES, TODAY_ANSWER, answered, example
from emotions.models import Feeling

PERIOD = {
    "first": "2026-03-14",
    "last": "2026-03-14",
    "captures": 3,
    "computed_from": 2,
    "valence": 0.914,
    "sentiment": "positive",
    "emotions": {feeling.value: 2 * (feeling is Feeling.HAPPY) for feeling in Feeling},
}
SEEN = {
    "model_version": "residual-2",
    "photos": [
        {
            "width": 320,
            "height": 240,
            "faces": [
                {
                    "box": {"x": 107, "y": 39, "width": 68, "height": 68},
                    "probabilities": SHARES,
                    "emotion": "happy",
                    "confidence": 0.931,
                    "unsure": False,
                }
            ],
            "problem": None,
        }
    ],
}

TODAY: dict[str, Any] = {
    "tags": ["today"],
    "operation_id": "today_retrieve",
    "summary": _("Read today's mood"),
    "description": _(
        "The mood of today and its sentiment, computed from today's captures. A day is the mean "
        "over them; what you say you felt goes before what was detected. Without a capture that "
        "says something, mood and sentiment are null."
    ),
    "parameters": [TodayQuerySerializer],
    "responses": {
        200: OpenApiResponse(
            TodaySerializer,
            description=_("Today so far."),
            examples=example(TODAY_ANSWER, "a good day"),
        ),
        **answers("invalid"),
    },
}

TRENDS: dict[str, Any] = {
    "tags": ["trends"],
    "operation_id": "trends_retrieve",
    "summary": _("Read moods over time"),
    "description": _(
        "Moods by day (at most 400 days), week or month (at most ten years), by the same rule as "
        "today. Periods without captures are there too, with null and 0. Weeks begin on Monday."
    ),
    "parameters": [TrendsQuerySerializer],
    "responses": {
        200: answered(
            TrendsSerializer, _("The periods."), {"by": "day", "periods": [PERIOD]}, "a good day"
        ),
        **answers("invalid"),
    },
}

PIXEL = {"moments": 3, "valence": 0.61, "dominant": "happy"}
COUNTS_OF_ALL = {feeling.value: 2 * (feeling is Feeling.HAPPY) for feeling in Feeling}
PATTERNS: dict[str, Any] = {
    "tags": ["trends"],
    "operation_id": "patterns_retrieve",
    "summary": _("Read what goes together"),
    "description": _(
        "Of at most 366 days: each day with its emotion, the hours of the week, which tags go with "
        "better or worse moods, felt beside detected, and since when another network answers. "
        "Nothing is said of a tag with fewer than ten moments."
    ),
    "parameters": [SpanQuerySerializer],
    "responses": {
        200: answered(
            PatternsSerializer,
            _("The patterns."),
            {
                "first": "2026-03-01",
                "last": "2026-03-31",
                "days": [{"date": "2026-03-14", **PIXEL}],
                "hours": [{"weekday": 5, "hour": 12, **PIXEL}],
                "tags": [
                    {"tag": "piano", "moments": 14, "difference": 0.31, "interval": [0.12, 0.49]}
                ],
                "networks": [{"date": "2026-03-14", "name": "residual-2"}],
                "read_again": ["residual-3"],
                "emotions": COUNTS_OF_ALL,
                "felt": COUNTS_OF_ALL,
                "detected": COUNTS_OF_ALL,
            },
            "a month",
        ),
        **answers("invalid"),
    },
}

TAGS: dict[str, Any] = {
    "tags": ["trends"],
    "operation_id": "tags_list",
    "summary": _("Read your tags"),
    "description": _("Your own words with the number of captures that have them."),
    "responses": {
        200: answered(
            TagSerializer(many=True), _("The tags."), {"name": "outside", "uses": 12}, "a tag"
        ),
        **answers(),
    },
}

MODEL: dict[str, Any] = {
    "tags": ["model"],
    "operation_id": "model_retrieve",
    "summary": _("Read about the network"),
    "description": _(
        "The network that reads photos now, with everything that was measured when it was made: "
        "how often it is right, emotion by emotion, and when it says that it is unsure."
    ),
    "responses": {
        200: answered(
            ModelSerializer,
            _("Its card."),
            {
                "name": "residual-2",
                "sha256": "5d2c" * 16,
                "created_at": "2026-11-23T06:00:00Z",
                "card": {"unsure_below": 0.53},
            },
            "a card",
        ),
        **answers("no_model"),
    },
}

MODELS: dict[str, Any] = {
    "tags": ["model"],
    "operation_id": "models_list",
    "summary": _("Read about every network that answered"),
    "description": _(
        "The network that reads photos now comes first, then those before it, each with its card, "
        "when it answered, and how often its figures on the test photos were looked at."
    ),
    "responses": {
        200: answered(
            AnsweredModelSerializer(many=True),
            _("Their cards."),
            {
                "name": "residual-2",
                "sha256": "5d2c" * 16,
                "created_at": "2026-11-23T06:00:00Z",
                "looks": 3,
                "answered": [{"since": "2026-11-23T06:00:00Z", "until": None}],
                "card": {"unsure_below": 0.53},
            },
            "a network",
        ),
        **answers(),
    },
}

DETECT: dict[str, Any] = {
    "tags": ["detect"],
    "operation_id": "detect",
    "summary": _("Read frames without keeping them"),
    "description": _(
        "Reads up to 8 pictures and stores nothing, for live pictures and previews. Scale frames "
        "down to 320 pixels, and wait for an answer before sending the next: a person has one "
        "request under way at a time, others answer 429 with Retry-After."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            FramesSerializer,
            encoding={"photos": {"contentType": "image/jpeg, image/png, image/webp"}},
        )
    },
    "responses": {
        200: answered(FramesReadSerializer, _("What they show."), SEEN, "a happy face"),
        **answers(
            "invalid",
            "parse_error",
            "bad_request",
            "permission_denied",
            "consent_required",
            "unsupported_media_type",
            "too_large",
            "busy",
            "no_model",
        ),
    },
}
