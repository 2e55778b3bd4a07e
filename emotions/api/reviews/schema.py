"""OpenAPI descriptions of the endpoints for reviews and agreement."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from emotions.api.insights.schema import COUNTS_OF_ALL, PERIOD
from emotions.api.openapi import problem_responses
from emotions.api.reviews.serializers import (
    AgreementSerializer,
    ReviewQuerySerializer,
    ReviewSerializer,
)
from emotions.api.schema_shared import example_response
from emotions.api.tags.schema import TAG

REVIEW: dict[str, Any] = {
    "tags": ["trends"],
    "operation_id": "review_retrieve",
    "summary": _("Get a week or month in review"),
    "description": _(
        "The days of a week or month one by one and together, the one before for comparison, "
        "and the tags and notes. Computed as in today/."
    ),
    "parameters": [ReviewQuerySerializer],
    "responses": {
        200: example_response(
            ReviewSerializer,
            _("The review."),
            {
                "by": "week",
                "summary": "3 moments on one day, mostly happy.",
                "comparison": "",
                "whole": PERIOD,
                "before": PERIOD,
                "periods": [PERIOD],
                "tags": [TAG],
                "notes": [
                    {
                        "uuid": "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10",
                        "local_date": "2026-03-14",
                        "taken_at": "2026-03-14T08:30:00Z",
                        "note": "A walk by the river.",
                    }
                ],
                "more_notes": 0,
            },
            "a week",
        ),
        **problem_responses("invalid", "too_many_at_once"),
    },
}

AGREEMENT: dict[str, Any] = {
    "tags": ["trends"],
    "operation_id": "agreement_retrieve",
    "summary": _("Get how often you felt what was detected"),
    "description": _(
        "Over all moments in which you said what you felt and a face was read, by the emotion "
        "that was detected. Unsure readings count by their likeliest emotion."
    ),
    "responses": {
        200: example_response(
            AgreementSerializer,
            _("The counts."),
            {
                "answers": 2,
                "agreed": 2,
                "emotions": [
                    {"detected": "happy", "answers": 2, "agreed": 2, "felt": COUNTS_OF_ALL}
                ],
            },
            "one emotion",
        ),
        **problem_responses("too_many_at_once"),
    },
}
