"""Endpoints of the person's tags."""

from http import HTTPStatus

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.api.base import PersonalView, person_of, validated_body, validated_query
from emotions.api.etags import (
    conditional_response,
    document_response,
    etag,
    expected_sequence,
)
from emotions.api.idempotency import once
from emotions.api.parsers import StrictJSONParser
from emotions.api.tags import schema
from emotions.api.tags.serializers import (
    TagChangesSerializer,
    TagMergeSerializer,
    TagSerializer,
    TagsQuerySerializer,
)
from emotions.captures import selectors as capture_selectors
from emotions.captures.selectors import UsedTag
from emotions.models import Tag
from emotions.tags import selectors, services
from emotions.tags.services import TagChanges


def own_tag(request: Request, number: int) -> Tag:
    """Return a tag of the signed-in person.

    Raises:
        Http404: there is none, or it belongs to somebody else.
    """
    return get_object_or_404(selectors.own_tags(owner=person_of(request)), pk=number)


def serialize(tag: Tag) -> dict[str, object]:
    """Return a tag with the number of captures that have it."""
    return dict(TagSerializer(UsedTag(tag, selectors.count_uses(tag=tag))).data)


def tag_response(request: Request, number: int) -> Response:
    """Answer with a tag as it is now."""
    tag = own_tag(request, number)
    return Response(serialize(tag), headers={"ETag": etag(tag)})


class TagsView(PersonalView):
    """The person's own words."""

    @extend_schema(**schema.TAGS)
    def get(self, request: Request) -> HttpResponseBase:
        """Return the tags, most used first."""
        query = validated_query(TagsQuerySerializer, request)
        tags = capture_selectors.tags(owner=person_of(request), unused=query["unused"])
        return document_response(request, TagSerializer(tags, many=True).data)


class TagView(PersonalView):
    """One tag of the person."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.READ_TAG)
    def get(self, request: Request, id: int) -> HttpResponseBase:  # noqa: A002 - named by the address
        """Read it."""
        tag = own_tag(request, id)
        return conditional_response(request, etag(tag), lambda: serialize(tag))

    @extend_schema(**schema.CHANGE_TAG)
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002
        """Rename it, or change its colour or sign."""
        values = validated_body(TagChangesSerializer, request)
        expected = expected_sequence(request)

        def change() -> int:
            changes = TagChanges(**values)  # type: ignore[typeddict-item]  # checked
            tag = own_tag(request, id)
            return services.edit_tag(tag=tag, changes=changes, expected=expected).pk

        said = ("edit tag", id, sorted(values.items()), expected)
        once(request, *said, change=change)
        return tag_response(request, id)

    @extend_schema(**schema.DELETE_TAG)
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002
        """Take it off every capture."""
        expected = expected_sequence(request)

        def change() -> int:
            services.delete_tag(tag=own_tag(request, id), expected=expected)
            return id

        once(request, "delete tag", id, expected, change=change)
        return Response(status=HTTPStatus.NO_CONTENT)


class TagMergeView(PersonalView):
    """One tag of the person, to become part of another one."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.MERGE_TAG)
    def post(self, request: Request, id: int) -> Response:  # noqa: A002
        """Give its captures the other tag instead."""

        def change() -> int:
            tag = own_tag(request, id)
            number = validated_body(TagMergeSerializer, request)["into"]
            expected = expected_sequence(request)
            into = selectors.own_tags(owner=person_of(request)).filter(pk=number).first()
            if into is None or into.pk == tag.pk:
                raise serializers.ValidationError(
                    {"into": [_("This isn't the id of another of your tags.")]}
                )
            return services.merge_tags(tag=tag, into=into, expected=expected).pk

        said = ("merge tags", id, request.data, request.headers.get("If-Match"))
        merged = once(request, *said, change=change)
        return tag_response(request, int(merged))
