"""OpenAPI descriptions of the endpoints for days, trends and patterns."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

from emotions.api.insights.serializers import (
    PatternsSerializer,
    SpanQuerySerializer,
    TodayQuerySerializer,
    TodaySerializer,
    TrendsQuerySerializer,
    TrendsSerializer,
)
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import SHARES, example_response, response_examples
from emotions.models import Feeling

TODAY_EXAMPLE = {
    "date": "2026-03-14",
    "time_zone": "Europe/Lisbon",
    "captures": 3,
    "computed_from": 2,
    "dominant": "happy",
    "sentiment": "positive",
    "valence": 0.914,
    "probabilities": SHARES,
}
PERIOD = {
    "first": "2026-03-14",
    "last": "2026-03-14",
    "captures": 3,
    "computed_from": 2,
    "valence": 0.914,
    "sentiment": "positive",
    "emotions": {feeling.value: 2 * (feeling is Feeling.HAPPY) for feeling in Feeling},
}

TODAY: dict[str, Any] = {
    "tags": ["today"],
    "operation_id": "today_retrieve",
    "summary": _("Get today's mood"),
    "description": _(
        "Today's mood and its sentiment, computed as the mean over today's captures; what you say "
        "you felt takes precedence over what was detected. Without a capture that shows a mood, "
        "mood and sentiment are null."
    ),
    "parameters": [TodayQuerySerializer],
    "responses": {
        200: OpenApiResponse(
            TodaySerializer,
            description=_("Today so far."),
            examples=response_examples(TODAY_EXAMPLE, "a good day"),
        ),
        **problem_responses("invalid"),
    },
}

TRENDS: dict[str, Any] = {
    "tags": ["trends"],
    "operation_id": "trends_retrieve",
    "summary": _("Get moods over time"),
    "description": _(
        "Moods by day (at most 400 days), week or month (at most ten years), computed as in "
        "today/. Periods without captures are included, with null and 0. Weeks begin on Monday."
    ),
    "parameters": [TrendsQuerySerializer],
    "responses": {
        200: example_response(
            TrendsSerializer, _("The periods."), {"by": "day", "periods": [PERIOD]}, "a good day"
        ),
        **problem_responses("invalid", "too_many_at_once"),
    },
}

PIXEL = {"moments": 3, "valence": 0.61, "dominant": "happy"}
COUNTS_OF_ALL = {feeling.value: 2 * (feeling is Feeling.HAPPY) for feeling in Feeling}
PATTERNS: dict[str, Any] = {
    "tags": ["trends"],
    "operation_id": "patterns_retrieve",
    "summary": _("Get patterns"),
    "description": _(
        "For at most 366 days: each day's emotion, the hours of the week, tags associated with "
        "better or worse moods, felt and detected emotions, and when the network changed. Tags "
        "with fewer than ten moments have no difference. Hours, tags, felt and detected are "
        "computed from the latest 10,000 moments, and tags lists the 100 most used."
    ),
    "parameters": [SpanQuerySerializer],
    "responses": {
        200: example_response(
            PatternsSerializer,
            _("The patterns."),
            {
                "first": "2026-03-01",
                "last": "2026-03-31",
                "days": [{"date": "2026-03-14", **PIXEL}],
                "hours": [{"weekday": 5, "iso_weekday": 6, "hour": 12, **PIXEL}],
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
        **problem_responses("invalid", "too_many_at_once"),
    },
}
