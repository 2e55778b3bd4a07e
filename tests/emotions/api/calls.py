"""How the tests speak with the API."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

CAPTURES = "/api/v1/captures/"
TODAY = "/api/v1/today/"


def create(
    client: APIClient, data: bytes, *, headers: dict[str, str] | None = None, **fields: Any
) -> Any:
    """Send a photo."""
    body = {"photo": SimpleUploadedFile("x.jpg", data), **fields}
    return client.post(CAPTURES, body, headers=headers or {})


def note(client: APIClient, **fields: Any) -> Any:
    """Send words without a photo."""
    return client.post(CAPTURES, fields, format="json")


def assert_problem(response: Any, status: int, code: str) -> None:
    """Expect a complete problem with this code."""
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["type"] == "about:blank"
    assert told["title"]
    assert told["detail"]
