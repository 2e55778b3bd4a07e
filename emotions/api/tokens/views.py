"""Access tokens for the person's scripts."""

from http import HTTPStatus

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens import selectors, services
from emotions.api.base import PersonalView, person_of, require_recent, validated_body
from emotions.api.etags import document_response
from emotions.api.idempotency import once
from emotions.api.parsers import StrictJSONParser
from emotions.api.tokens import schema
from emotions.api.tokens.serializers import NewTokenSerializer, TokenSerializer


class TokensView(PersonalView):
    """All access tokens of the person."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.TOKENS)
    def get(self, request: Request) -> HttpResponseBase:
        """List them."""
        tokens = selectors.tokens(person=person_of(request))
        return document_response(request, TokenSerializer(tokens, many=True).data)

    @extend_schema(**schema.CREATE_TOKEN)
    def post(self, request: Request) -> Response:
        """Create one; only this response contains the secret."""
        require_recent(request)
        values = validated_body(NewTokenSerializer, request)
        token, secret = services.create_token(person=person_of(request), **values)
        payload = {**TokenSerializer(token).data, "token": secret}
        return Response(payload, status=HTTPStatus.CREATED)


class TokenView(PersonalView):
    """One access token of the person."""

    @extend_schema(**schema.REVOKE_TOKEN)
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002 - named by the address
        """End it."""

        def change() -> int:
            token = get_object_or_404(selectors.tokens(person=person_of(request)), pk=id)
            require_recent(request)
            services.revoke_token(token=token)
            return id

        once(request, "revoke token", id, change=change)
        return Response(status=HTTPStatus.NO_CONTENT)
