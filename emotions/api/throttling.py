"""Rate limits for people, tokens and addresses, and the headers that announce them."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.models import AccessToken
from common.client_addresses import client_network
from common.rate_limits import Usage, count_request, note_usage


class FixedWindowThrottle(BaseThrottle):
    """One of `settings.RATE_LIMITS`, counted for each value of `get_key`."""

    scope = ""

    def get_key(self, request: Request) -> str:
        """Return what requests are counted by: a token, a person, or without them a network."""
        if isinstance(request.auth, AccessToken):
            return f"token-{request.auth.pk}"
        if request.user.pk is None:
            return f"network-{client_network(str(self.get_ident(request)))}"
        return f"person-{request.user.pk}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request and return whether it is within the limit."""
        usage = count_request(self.scope, self.get_key(request), cost=getattr(view, "cost", 1))
        if usage is None:
            return True
        self.reset = usage.reset
        note_usage(request._request, usage)
        return not usage.is_exceeded

    def wait(self) -> float:
        return self.reset


class PersonThrottle(FixedWindowThrottle):
    """Every request of a person or token."""

    scope = "person"


class CaptureThrottle(FixedWindowThrottle):
    """Requests that record captures."""

    scope = "capture"


class DetectThrottle(FixedWindowThrottle):
    """Requests that analyse frames."""

    scope = "detect"


class ChartThrottle(FixedWindowThrottle):
    """Requests that compute charts, or export everything."""

    scope = "chart"


class AddressThrottle(FixedWindowThrottle):
    """Failed authentications of an address, from where somebody may be guessing tokens."""

    scope = "address"

    def get_key(self, request: Request) -> str:
        """Return the network of the address that the trusted proxy reports."""
        return client_network(str(self.get_ident(request)))


def rate_limit_headers(usages: list[Usage]) -> dict[str, str]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers."""
    if not usages:
        return {}

    def join(parameters: Callable[[Usage], str]) -> str:
        return ", ".join(f'"{usage.limit}";{parameters(usage)}' for usage in usages)

    return {
        "RateLimit-Policy": join(lambda usage: f"q={usage.count};w={usage.seconds}"),
        "RateLimit": join(lambda usage: f"r={usage.left};t={usage.reset}"),
    }


def throttle_failed_authentication(view: APIView, request: Request) -> None:
    """Count a failed authentication.

    Raises:
        Throttled: there were too many from the address.
    """
    throttle: Any = AddressThrottle()
    if not throttle.allow_request(request, view):
        view.throttled(request, throttle.wait())
