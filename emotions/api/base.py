"""What all views of the API share."""

from typing import Any, ClassVar

from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.models import User
from emotions.api import throttling


def person_of(request: Request) -> User:
    """Return the signed-in person."""
    assert isinstance(request.user, User)  # noqa: S101 - permissions let nobody else in
    return request.user


def validated(serializer: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return what a client sent, checked.

    Raises:
        ValidationError: something is not as expected.
    """
    sent = serializer(data=data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def reject_blank(serializer: Serializer[Any], request: Request) -> None:
    """Expect parameters of a query to say something where they stand.

    Raises:
        ValidationError: one of them is empty, which the framework would take for absent.
    """
    blank = [
        name
        for name, field in serializer.fields.items()
        if request.query_params.get(name) == "" and not getattr(field, "allow_blank", False)
    ]
    if blank:
        raise exceptions.ValidationError({name: [_("This may not be empty.")] for name in blank})


def validated_query(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the parameters of a query, checked.

    Raises:
        ValidationError: something is not as expected.
    """
    reject_blank(serializer(), request)
    return validated(serializer, request.query_params)


class PersonalView(APIView):
    """A view whose answers only the person's own app may keep, and asks again before using.

    Attributes:
        cost: how many requests one counts for.
        post_throttle_classes: limits of POST besides that of everything a person asks.
    """

    throttle_classes = [throttling.PersonThrottle]
    cost = 1
    post_throttle_classes: ClassVar[list[type[BaseThrottle]]] = []

    def get_throttles(self) -> list[BaseThrottle]:
        """Return the limits that count this request."""
        more = self.post_throttle_classes if self.request.method == "POST" else []
        return [*super().get_throttles(), *(limit() for limit in more)]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the request in; who is not let in too often is told to wait."""
        try:
            super().initial(request, *args, **kwargs)
        except (exceptions.NotAuthenticated, exceptions.AuthenticationFailed):
            throttling.throttle_failed_authentication(self, request)
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say so in every answer, errors too."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(answer, private=True, no_cache=True)
        for name, value in throttling.rate_limit_headers(request).items():
            answer[name] = value
        return answer
