"""A person's weeks and months in review, and how often they agree with what was detected."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.time_zones import today_in
from emotions.api.base import PersonalView, person_of, validated_query
from emotions.api.reviews.schema import AGREEMENT, REVIEW
from emotions.api.reviews.serializers import (
    AgreementSerializer,
    ReviewQuerySerializer,
    ReviewSerializer,
)
from emotions.api.throttling import ChartThrottle, PersonThrottle
from emotions.insights import baseline, reviews, wording
from emotions.insights.trends import Span


class ReviewView(PersonalView):
    """A week or a month."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET", "HEAD"})
    charts = True

    @extend_schema(**REVIEW)
    def get(self, request: Request) -> Response:
        """Return the one around a day."""
        person = person_of(request)
        query = validated_query(ReviewQuerySerializer, request)
        by = Span(query["by"])
        on = query.get("on") or today_in(query.get("time_zone", person.time_zone))
        found = reviews.review(owner=person, span=by, on=on)
        review = {
            "by": by.value,
            "summary": wording.review_summary(found.whole, days=len(found.days)),
            "comparison": wording.compare_with_previous(by, found.whole, found.before),
            "whole": found.whole,
            "before": found.before,
            "periods": found.periods,
            "tags": found.tags,
            "notes": found.noted,
            "more_notes": sum(found.notes_left_out_on(on) for on in found.notes),
        }
        return Response(ReviewSerializer(review).data)


class AgreementView(PersonalView):
    """What was felt beside what was detected."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET", "HEAD"})
    charts = True

    @extend_schema(**AGREEMENT)
    def get(self, request: Request) -> Response:
        """Return the counts by what was detected."""
        rows = baseline.self_agreement(owner=person_of(request))
        agreement = {
            "answers": sum(row.total for row in rows),
            "agreed": sum(row.agreed for row in rows),
            "emotions": rows,
        }
        return Response(AgreementSerializer(agreement).data)
