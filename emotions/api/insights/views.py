"""A person's day, trends and patterns."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.time_zones import today_in
from emotions.api.base import PersonalView, person_of, reject_blank, validated_query
from emotions.api.insights.schema import PATTERNS, TODAY, TRENDS
from emotions.api.insights.serializers import (
    PatternsSerializer,
    SpanQuerySerializer,
    TodayQuerySerializer,
    TodaySerializer,
    TrendsQuerySerializer,
    TrendsSerializer,
)
from emotions.api.throttling import ChartThrottle, PersonThrottle
from emotions.captures import selectors
from emotions.captures.days import load_day
from emotions.insights import patterns, trends
from emotions.insights.trends import Span


class TodayView(PersonalView):
    """Answer "what is the mood of today" and "what is the sentiment"."""

    @extend_schema(**TODAY)
    def get(self, request: Request) -> Response:
        """Return today's mood in the zone that the client names, else the profile's."""
        person = person_of(request)
        zone = validated_query(TodayQuerySerializer, request).get("time_zone", person.time_zone)
        day = load_day(owner=person, on=today_in(zone))
        return Response(TodaySerializer(day, context={"time_zone": zone}).data)


class TrendsView(PersonalView):
    """Moods over time."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET", "HEAD"})
    charts = True

    @extend_schema(**TRENDS)
    def get(self, request: Request) -> Response:
        """Return a span of days, by day, week or month."""
        person = person_of(request)
        query = TrendsQuerySerializer(data=request.query_params, context={"person": person})
        reject_blank(query, request)
        query.is_valid(raise_exception=True)
        zone = query.validated_data.get("time_zone", person.time_zone)
        by, first, last = query.span(today_in(zone))
        read_by = query.validated_data.get("read_by", "")
        periods = trends.load_periods(owner=person, by=by, first=first, last=last, read_by=read_by)
        return Response(TrendsSerializer({"by": by.value, "periods": periods}).data)


class PatternsView(PersonalView):
    """What some days say beside their course."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET", "HEAD"})
    charts = True

    @extend_schema(**PATTERNS)
    def get(self, request: Request) -> Response:
        """Return days, hours, tags and emotions of at most a year."""
        person = person_of(request)
        query = SpanQuerySerializer(data=request.query_params, context={"person": person})
        reject_blank(query, request)
        query.is_valid(raise_exception=True)
        zone = query.validated_data.get("time_zone", person.time_zone)
        first, last = query.days(today_in(zone))
        read_by = query.validated_data.get("read_by", "")
        moments = patterns.load_moments(owner=person, first=first, last=last, read_by=read_by)
        days = patterns.by_day(owner=person, first=first, last=last, read_by=read_by)
        whole = trends.load_periods(
            owner=person, by=Span.MONTH, first=first, last=last, read_by=read_by
        )
        felt, detected = patterns.felt_and_detected(moments)
        payload = {
            "first": first,
            "last": last,
            "read_again": selectors.rescoring_versions(owner=person),
            "days": [{"date": on, **asdict(pixel)} for on, pixel in days.items()],
            "hours": [
                {
                    "weekday": weekday,
                    "iso_weekday": weekday + 1,
                    "hour": hour,
                    **asdict(pixel),
                }
                for (weekday, hour), pixel in sorted(patterns.by_hour_of_week(moments).items())
            ],
            "tags": patterns.tag_effects(moments),
            "networks": [
                {"date": on, "name": name} for on, name in patterns.network_changes(moments)
            ],
            "emotions": trends.merge(whole).feelings,
            "felt": felt,
            "detected": detected,
        }
        return Response(PatternsSerializer(payload).data)
