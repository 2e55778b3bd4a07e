"""What all views of the API share."""

from typing import Any

from django.utils.cache import patch_cache_control
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.models import User


def person_of(request: Request) -> User:
    """Return the signed-in person."""
    assert isinstance(request.user, User)  # noqa: S101 - permissions let nobody else in
    return request.user


def checked(serializer: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return what a client sent, checked.

    Raises:
        ValidationError: something is not as expected.
    """
    sent = serializer(data=data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


class PersonalView(APIView):
    """A view whose answers only the person's own app may keep, and asks again before using."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say so in every answer, errors too."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(answer, private=True, no_cache=True)
        return answer
