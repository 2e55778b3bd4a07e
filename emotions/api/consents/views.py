"""The texts that people consent to, which apps show to those who have no account yet, too."""

from dataclasses import asdict

from django.http.response import HttpResponseBase
from django.utils import translation
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.models import Consent
from emotions.api.base import PersonalView, validated_query
from emotions.api.consents.schema import CONSENT_TEXT
from emotions.api.consents.serializers import ConsentTextQuerySerializer, ConsentTextSerializer
from emotions.api.consents.texts import consent_text
from emotions.api.etags import document_response


class ConsentTextView(PersonalView):
    """The current text for one kind of consent."""

    permission_classes = [AllowAny]

    @extend_schema(**CONSENT_TEXT)
    def get(self, request: Request, kind: str) -> HttpResponseBase:
        """Return it in the language that is asked for."""
        query = validated_query(ConsentTextQuerySerializer, request)
        with translation.override(query.get("language") or translation.get_language()):
            text = asdict(consent_text(Consent.Kind(kind)))
            text["language"] = translation.get_language()
        return document_response(request, ConsentTextSerializer(text).data)
