"""Detection without storage, for live pictures and previews."""

from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.consents import require_consent
from accounts.models import Consent
from common.imaging import images
from common.imaging.images import MAX_BYTES, ImageError
from emotions.api.base import PersonalView, person_of, validated_body
from emotions.api.detection.schema import DETECT
from emotions.api.detection.serializers import FramesSerializer
from emotions.api.fields import by_emotion
from emotions.api.problems import problem_response
from emotions.api.throttling import DetectThrottle
from ml import registry
from ml.inference.predictor import Face
from ml.metrics.answer_sets import answer_set

LOCK_TIMEOUT = 10  # seconds after which the lock of a request that died is ignored


class BusyError(APIException):
    """The frames before these are still being read."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "busy"
    default_detail = _("Earlier frames are still being read.")
    wait = 1  # seconds until it is worth trying again


class DetectView(PersonalView):
    """Faces and what they express, of one request a person at a time."""

    post_throttle_classes = [DetectThrottle]

    parser_classes = [MultiPartParser]

    @extend_schema(**DETECT)
    def post(self, request: Request) -> Response:
        """Read some pictures and keep none."""
        person = person_of(request)
        photos = validated_body(FramesSerializer, request)["photos"]
        require_consent(person=person, kind=Consent.Kind.USE)
        lock_key = f"detect:{person.pk}"
        if not cache.add(lock_key, 1, timeout=LOCK_TIMEOUT):
            raise BusyError
        try:
            serving = registry.serving()
            analysed = [
                self.analyse(photo.read(MAX_BYTES + 1), serving.predictor) for photo in photos
            ]
        finally:
            cache.delete(lock_key)
        return Response({"model_version": serving.version.name, "photos": analysed})

    def analyse(self, photo: bytes, predictor: Any) -> dict[str, Any]:
        """Return what one picture shows, or why it cannot be read."""
        empty: dict[str, Any] = {"width": None, "height": None, "faces": [], "problem": None}
        try:
            pixels = images.read_image(photo)
        except ImageError as error:
            response = problem_response(error, {"view": self})
            return {**empty, "problem": response and response.data}
        size = {"width": pixels.shape[1], "height": pixels.shape[0]}
        mass = predictor.card.set_mass
        faces = [face_as_json(face, mass) for face in predictor.predict(pixels)]
        return {**empty, **size, "faces": faces}


def face_as_json(face: Face, set_mass: float) -> dict[str, Any]:
    box = face.box
    emotion_set = answer_set(face.probabilities, unsure=face.unsure, mass=set_mass)
    return {
        "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
        "probabilities": by_emotion(face.probabilities),
        "emotion": face.emotion.value,
        "confidence": face.confidence,
        "unsure": face.unsure,
        "roll": round(face.roll),
        "set": [emotion.value for emotion in emotion_set],
    }
