"""Fields that the API does not know are named: a typo never looks as if it had been saved."""

import json
import re
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import RequestFactory
from rest_framework import serializers
from rest_framework.test import APIClient

from emotions.api.schema_document import schema_document
from emotions.api.unknown_fields import (
    StrictSerializer,
    handle_unknown_fields,
    note_ignored,
    unknown_fields,
    warning_headers,
)
from tests import pictures
from tests.emoplatform.test_authorization import theirs
from tests.emotions.api.calls import CAPTURES, create, note

__all__ = ["theirs"]
pytestmark = pytest.mark.django_db
UNKNOWN = "colur"


def operations_with_bodies() -> list[tuple[str, str, str]]:
    """Return the method, path and media type of every operation that takes a body."""
    return [
        (method, path, media_type)
        for path, methods in schema_document().schema["paths"].items()
        if path.startswith("/api/v1/")
        for method, operation in methods.items()
        for media_type in operation.get("requestBody", {}).get("content", {})
    ]


def send(client: APIClient, method: str, path: str, media_type: str, body: dict[str, Any]) -> Any:
    if media_type == "application/json":
        return client.generic(method, path, json.dumps(body), content_type=media_type)
    return client.generic(
        method,
        path,
        "\r\n".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'
            for name, value in body.items()
        )
        + "\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


def test_every_operation_names_what_it_does_not_know(
    owner_api: APIClient, theirs: dict[str, Any]
) -> None:
    kinds = ("devices", "tokens", "reminders", "push-subscriptions", "tags")
    silent = []
    for method, route, media_type in operations_with_bodies():
        of_what = next((kind for kind in kinds if f"/{kind}/" in route), "tags")
        uuid = theirs["imports" if "/imports/" in route else "uuid"]
        path = route.format(**theirs | {"id": theirs[of_what], "uuid": uuid})
        body = {UNKNOWN: "1"}
        with transaction.atomic():
            answer = send(owner_api, method.upper(), path, media_type, body)
            transaction.set_rollback(True)
        refused = UNKNOWN in answer.json().get("errors", {}) if answer.content else False
        if not refused and UNKNOWN not in answer.get("Warning", ""):
            silent.append((method, route, media_type, answer.status_code))
    assert silent == []


def test_a_typo_is_named_and_the_rest_is_saved(owner_api: APIClient) -> None:
    saved = note(owner_api, mood=4, nots="A good day.", **{"felt ": "happy"})
    assert saved.status_code == 201
    assert saved["Warning"] == '299 - "Unknown fields were ignored: nots, felt?"'
    assert "Warning" not in note(owner_api, mood=4, note="A good day.", tags=["rain"])


def test_forms_may_name_their_lists_in_several_ways(owner_api: APIClient) -> None:
    photo = pictures.astronaut_jpeg()
    named: dict[str, Any] = {"tags[]": "rain", "tags[0]": "wind", "tags": "sun"}
    fine = create(owner_api, photo, **named)
    assert fine.status_code == 201
    assert "Warning" not in fine
    mistyped: dict[str, Any] = {"tag[]": "rain", "csrfmiddlewaretoken": "x"}
    typo = create(owner_api, photo, **mistyped)
    assert typo["Warning"] == '299 - "Unknown fields were ignored: tag[]"'


def test_each_moment_of_a_batch_is_looked_at(owner_api: APIClient) -> None:
    waiting = [{"mood": 1}, {"mood": 2, "colour": "red"}]
    sent = owner_api.post(f"{CAPTURES}batch/", {"captures": json.dumps(waiting), "extra": "1"})
    assert sent.status_code == 200
    named = "extra, captures.1.colour"
    assert sent["Warning"] == f'299 - "Unknown fields were ignored: {named}"'


class KeysSerializer(serializers.Serializer[Any]):
    auth = serializers.CharField()


class NewSerializer(StrictSerializer):
    keys = KeysSerializer()
    several = KeysSerializer(many=True)
    more = serializers.ListField(child=KeysSerializer())
    free = serializers.DictField()
    known = serializers.CharField(read_only=True)


def test_fields_inside_others_are_named_by_their_path() -> None:
    sent = {
        "keys": {"auth": "x", "p": "y"},
        "several": [{"auth": "x"}, {"b": 1}],
        "more": [{"c": 2}],
        "free": {"any": 1},
        "known": "cannot be sent",
    }
    assert unknown_fields(NewSerializer(), sent) == ["keys.p", "several.1.b", "more.0.c", "known"]
    others: list[Any] = [[], "text", None, 3]
    for not_an_object in others:
        assert unknown_fields(NewSerializer(), not_an_object) == []
    assert unknown_fields(NewSerializer(), QueryDict("keys[0]=1&other=2")) == ["other"]


def test_new_operations_refuse_what_they_do_not_know() -> None:
    with pytest.raises(serializers.ValidationError) as refused:
        handle_unknown_fields(NewSerializer(), {"kezs": {}}, RequestFactory().post("/"))
    assert refused.value.detail == {"kezs": ["This field isn't known here."]}


def test_a_warning_stays_short_and_is_a_header_whatever_the_names_are() -> None:
    request = RequestFactory().post("/")
    note_ignored(request, ['a"\r\nSet-Cookie: x', "ä" * 500, *(f"f{n}" for n in range(100))])
    warning = warning_headers(request)["Warning"]
    assert len(warning) < 300
    assert warning.isascii()
    assert re.fullmatch(r'299 - "[^"\r\n]*"', warning)
    assert warning.endswith('and 92 more"')
