"""The model versions that analyse photos, now or earlier."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.api.base import PersonalView
from emotions.api.etags import document_response
from emotions.api.model_versions.schema import MODEL, MODELS
from emotions.api.model_versions.serializers import AnsweredModelSerializer, ModelSerializer
from ml.registry import active_version
from ml.registry.history import served_versions


class ModelsView(PersonalView):
    """The networks that read photos, now or earlier."""

    @extend_schema(**MODELS)
    def get(self, request: Request) -> Response:
        """Return every one with its card and when it answered."""
        versions: Any = served_versions()  # the framework's types know no lists
        return Response(AnsweredModelSerializer(versions, many=True).data)


class ModelView(PersonalView):
    """The network that reads photos now, which devices may also run themselves."""

    permission_classes = [AllowAny]

    @extend_schema(**MODEL)
    def get(self, request: Request) -> HttpResponseBase:
        """Return its card and where its files are, or 304 where the client knows."""
        described = ModelSerializer(active_version(), context={"request": request}).data
        return document_response(request, described)
