"""A request whose body is cut off is refused, and nothing of it is saved."""

from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.test import RequestFactory

from accounts.models import User
from accounts.tokens.services import create_token
from emoplatform.wsgi_requests import CompleteStream, StrictHandler, StrictRequest
from emotions.models import Capture

FORM = (
    b"--b\r\n"
    b'Content-Disposition: form-data; name="felt"\r\n\r\nsad\r\n'
    b"--b\r\n"
    b'Content-Disposition: form-data; name="note"\r\n\r\nI am not sad at all, but tired.\r\n'
    b"--b--\r\n"
)
MULTIPART = "multipart/form-data; boundary=b"


def environ_of(body: BytesIO, *, length: int, token: str) -> dict[str, Any]:
    """Describe a request to the API as a WSGI server does."""
    environ: dict[str, Any] = RequestFactory()._base_environ(  # type: ignore[attr-defined]  # has no other way
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/api/v1/captures/",
            "CONTENT_TYPE": MULTIPART,
            "CONTENT_LENGTH": str(length),
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "wsgi.input": body,
        }
    )
    return environ


def send(body: bytes, *, length: int, token: str) -> int:
    """Send a body to the API, and return the status."""
    request = StrictRequest(environ_of(BytesIO(body), length=length, token=token))
    return StrictHandler().get_response(request).status_code


@pytest.mark.django_db
def test_a_form_that_is_cut_off_saves_nothing(owner: User) -> None:
    _, token = create_token(person=owner, name="phone", scope="write")
    for cut in range(0, len(FORM), 7):
        assert send(FORM[:cut], length=len(FORM), token=token) == 400, cut
    assert not Capture.objects.exists()
    assert send(FORM, length=len(FORM), token=token) == 201
    assert Capture.objects.get().note == "I am not sad at all, but tired."


@pytest.mark.parametrize("size", [-1, None, 4, 100])
def test_a_stream_that_is_cut_off_cannot_be_read(size: int | None) -> None:
    stream = CompleteStream(BytesIO(b"abcdef"), 9)
    with pytest.raises(BadRequest):
        list(iter(lambda: stream.read(size), b""))


@pytest.mark.parametrize("size", [-1, None, 4, 100])
def test_a_whole_stream_is_read_to_its_end_and_no_further(size: int | None) -> None:
    stream = CompleteStream(BytesIO(b"abcdef and the next request"), 6)
    assert b"".join(iter(lambda: stream.read(size), b"")) == b"abcdef"


def test_lines_are_read_as_far_as_they_are_whole() -> None:
    assert list(CompleteStream(BytesIO(b"a\nb\n"), 4)) == [b"a\n", b"b\n"]
    with pytest.raises(BadRequest):
        list(CompleteStream(BytesIO(b"a\nb\n"), 5))


@pytest.mark.django_db
def test_the_rest_of_a_refused_body_is_read() -> None:
    body = BytesIO(bytes(10**6))
    environ = environ_of(body, length=10**6, token="emo_unknown")
    assert StrictHandler().get_response(StrictRequest(environ)).status_code == 401
    assert body.tell() == 10**6
