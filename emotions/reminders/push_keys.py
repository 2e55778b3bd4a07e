"""Validation of the endpoint and keys that a browser sends with its push subscription."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from emotions.models import PushSubscription
from emotions.reminders import web_push
from emotions.reminders.errors import InvalidKeysError

AUTH_BYTES = 16  # RFC 8291


def is_valid_endpoint(endpoint: str) -> bool:
    """Tell whether a subscription may name this endpoint.

    Only https at its usual port and a host name of the public internet are accepted. Host names
    are resolved, and their addresses checked, when something is sent.
    """
    try:
        parts = urlsplit(endpoint)
        is_https = parts.scheme == "https" and parts.port in {None, web_push.HTTPS_PORT}
    except ValueError:
        return False
    host = parts.hostname or ""
    max_length = PushSubscription._meta.get_field("endpoint").max_length or 0
    is_plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not is_https or not is_plain or "@" in parts.netloc or len(endpoint) > max_length:
        return False
    try:
        return web_push.is_public(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".internal", ".localhost"))


def normalize_public_key(text: str) -> str:
    """Return a public key, a point on P-256, as unpadded base64url.

    Raises:
        InvalidKeysError: it is not a point on P-256 in base64url.
    """
    data = decode_base64url(text)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError as error:
        raise InvalidKeysError from error
    return encode_base64url(data)


def normalize_auth_secret(text: str) -> str:
    """Return an authentication secret of 16 bytes as unpadded base64url.

    Raises:
        InvalidKeysError: it is not 16 bytes in base64url.
    """
    data = decode_base64url(text)
    if len(data) != AUTH_BYTES:
        raise InvalidKeysError
    return encode_base64url(data)


def decode_base64url(text: str) -> bytes:
    """Decode base64url with or without padding.

    Raises:
        InvalidKeysError: it is not base64url.
    """
    unpadded = text.rstrip("=")
    try:
        return urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4))
    except ValueError as error:
        raise InvalidKeysError from error


def encode_base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
