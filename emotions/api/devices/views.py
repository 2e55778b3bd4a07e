"""The devices on which the person is signed in."""

from http import HTTPStatus

from django.contrib.auth import logout
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.devices import selectors, services
from emotions.api.authentication import session_key
from emotions.api.base import PersonalView, person_of, require_recent, validated_body
from emotions.api.devices import schema
from emotions.api.devices.serializers import DeviceSerializer, RenameDeviceSerializer
from emotions.api.etags import document_response, expected_tag, require_match
from emotions.api.idempotency import once
from emotions.api.parsers import StrictJSONParser


def own_device(request: Request, number: int) -> selectors.Device:
    """Return a device of the signed-in person.

    Raises:
        Http404: there is none, or it belongs to somebody else.
    """
    device = selectors.device(
        person=person_of(request), device_id=number, current_key=session_key(request)
    )
    if device is None:
        raise Http404
    return device


class DevicesView(PersonalView):
    """All devices of the person."""

    @extend_schema(**schema.DEVICES)
    def get(self, request: Request) -> HttpResponseBase:
        """List them."""
        devices = selectors.devices(person=person_of(request), current_key=session_key(request))
        return document_response(request, DeviceSerializer(devices, many=True).data)


class DeviceView(PersonalView):
    """One device of the person."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.RENAME_DEVICE)
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002 - named by the address
        """Call it something else."""
        own_device(request, id)  # What is not there is told before what is wrong with the name.
        name = validated_body(RenameDeviceSerializer, request)["name"]

        def change() -> int:
            device = own_device(request, id)
            require_match(request, DeviceSerializer(device).data["etag"])
            services.rename_device(device=device.session, name=name)
            return id

        once(request, "rename device", id, name, expected_tag(request), change=change)
        renamed = DeviceSerializer(own_device(request, id)).data
        return Response(renamed, headers={"ETag": renamed["etag"]})

    @extend_schema(**schema.SIGN_OUT_DEVICE)
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002
        """End its sign-in."""

        def change() -> int:
            device = own_device(request, id)
            if not device.is_current:
                require_recent(request)
            services.sign_out_device(device=device.session)
            if device.is_current and request.auth is None:  # a browser: end its cookie too
                logout(request._request)
            return id

        once(request, "sign device out", id, change=change)
        return Response(status=HTTPStatus.NO_CONTENT)
