"""What an answer rests on."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from emotions.api.base import PersonalView, person_of
from emotions.api.explanations.schema import EXPLANATION, EXPLANATION_PICTURE
from emotions.api.explanations.serializers import ExplanationSerializer
from emotions.api.renderers import PictureRenderer
from emotions.api.throttling import ChartThrottle, PersonThrottle
from emotions.captures import selectors
from emotions.captures.explanations import Explanation, NothingToExplainError, explain
from emotions.captures.wording import describe_explanation
from emotions.pictures.responses import make_private
from ml.inference.card import ModelFileError


def explained(request: Request, uuid: UUID) -> Explanation:
    """Return what the answer about a capture of the signed-in person rests on.

    Raises:
        Http404: there is no such capture.
        NotFound: there is nothing to explain.
    """
    capture = get_object_or_404(selectors.history(owner=person_of(request)), uuid=uuid)
    try:
        return explain(capture)
    except (NothingToExplainError, ModelFileError) as error:
        raise NotFound from error


class ExplanationView(PersonalView):
    """The explanation in words and numbers."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET", "HEAD"})
    charts = True

    @extend_schema(**EXPLANATION)
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return it."""
        found = explained(request, uuid)
        picture = reverse("api:explanation_picture", [uuid], request=request)
        explanation = {
            "emotion": found.emotion.value,
            "part": found.part,
            "drop": found.drop,
            "description": describe_explanation(found),
            "picture": picture,
        }
        return Response(ExplanationSerializer(explanation).data)


class ExplanationPictureView(PersonalView):
    """The explanation as a picture."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET", "HEAD"})
    charts = True
    renderer_classes = [PictureRenderer, JSONRenderer]

    @extend_schema(**EXPLANATION_PICTURE)
    def get(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send it."""
        found = explained(request, uuid)
        return make_private(HttpResponse(found.picture, content_type="image/jpeg"))
