"""What a person reads: their day, their trends, their words, and the network."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from emotions import selectors, trends
from emotions.api import operations
from emotions.api.base import PersonalView, asked, person_of, refuse_blank
from emotions.api.readings import (
    ModelSerializer,
    TagSerializer,
    TodayQuerySerializer,
    TodaySerializer,
    TrendsQuerySerializer,
    TrendsSerializer,
)
from emotions.zones import today_in
from ml.registry import active_version


class TodayView(PersonalView):
    """Answer "what is the mood of today" and "what is the sentiment"."""

    @extend_schema(**operations.TODAY)
    def get(self, request: Request) -> Response:
        """Return today's mood in the zone that the client names, else the profile's."""
        person = person_of(request)
        zone = asked(TodayQuerySerializer, request).get("time_zone", person.time_zone)
        day = selectors.day(owner=person, on=today_in(zone))
        return Response(TodaySerializer(day, context={"time_zone": zone}).data)


class TrendsView(PersonalView):
    """Moods over time."""

    @extend_schema(**operations.TRENDS)
    def get(self, request: Request) -> Response:
        """Return a span of days, by day, week or month."""
        person = person_of(request)
        query = TrendsQuerySerializer(data=request.query_params)
        refuse_blank(query, request)
        query.is_valid(raise_exception=True)
        zone = query.validated_data.get("time_zone", person.time_zone)
        by, first, last = query.span(today_in(zone))
        periods = trends.trend(owner=person, by=by, first=first, last=last)
        return Response(TrendsSerializer({"by": by.value, "periods": periods}).data)


class TagsView(PersonalView):
    """The person's own words."""

    @extend_schema(**operations.TAGS)
    def get(self, request: Request) -> Response:
        """Return the tags that are in use, most used first."""
        return Response(TagSerializer(selectors.tags(owner=person_of(request)), many=True).data)


class ModelView(PersonalView):
    """The network that reads photos now."""

    @extend_schema(**operations.MODEL)
    def get(self, request: Request) -> Response:
        """Return its card."""
        return Response(ModelSerializer(active_version()).data)
