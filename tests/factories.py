"""Records for tests, created by the same services as in production where that matters."""

import uuid
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.consents import give_consent
from accounts.models import Consent, User
from accounts.services import next_sequence
from emotions.models import (
    Capture,
    Detection,
    Feeling,
    Import,
    ImportedMoment,
    PushSubscription,
    Reminder,
)
from ml.emotions import EMOTIONS
from ml.registry import active_version

PASSWORD = "a quiet paper diary"


@cache
def hashed_password() -> str:
    """Return the hash of `PASSWORD`, computed only once because hashing is slow on purpose."""
    return make_password(PASSWORD)


def person(email: str, *, consented: bool = True, **fields: Any) -> User:
    """Create a person whose password is `PASSWORD`."""
    user = User.objects.create_user(email, **fields)
    user.password = hashed_password()
    user.save(update_fields=["password"])
    if consented:
        give_consent(person=user, kind=Consent.Kind.USE)
    return user


def capture(
    *,
    owner: User,
    looks: str | dict[str, float] | None = None,
    taken_at: datetime | None = None,
    time_zone: str = "UTC",
    **fields: Any,
) -> Capture:
    """Create a capture without a photo, with a face that looks like `looks`."""
    taken_at = taken_at or datetime(2026, 3, 14, 12, tzinfo=UTC)
    made = Capture.objects.create(
        owner=owner,
        uuid=uuid.uuid4(),
        sequence=next_sequence(person=owner),
        source=Capture.Source.UPLOAD,
        taken_at=taken_at,
        time_zone=time_zone,
        local_date=taken_at.astimezone(ZoneInfo(time_zone)).date(),
        **fields,
    )
    if looks:
        detection(capture=made, looks=looks)
    return made


def detection(*, capture: Capture, looks: str | dict[str, float], **fields: Any) -> Detection:
    """Add a detection that is certain of one emotion, or that has the given probabilities."""
    shares = looks if isinstance(looks, dict) else {looks: 1.0}
    probabilities = [shares.get(str(emotion), 0.0) for emotion in EMOTIONS]
    best = max(range(len(EMOTIONS)), key=lambda index: probabilities[index])
    values: dict[str, Any] = {
        "x": 0,
        "y": 0,
        "width": 10,
        "height": 10,
        "emotion": Feeling(EMOTIONS[best]),
        "confidence": probabilities[best],
        "unsure": False,
        "is_me": True,
        "model_version": fields.get("model_version") or active_version(),
    }
    return Detection.objects.create(
        capture=capture,
        **Detection.probability_columns(probabilities),
        **values | fields,
    )


def long_history(detections: int) -> User:
    """Create a person with captures over eight years, each with one detection."""
    owner = person("long@example.org")
    version, random = active_version(), np.random.default_rng(1)
    shares = random.dirichlet(np.ones(len(EMOTIONS)), detections)
    last = datetime(2026, 11, 22, 20, tzinfo=UTC)
    step = timedelta(days=8 * 365) / detections
    moments = [last - step * (detections - number) for number in range(detections)]
    captures = Capture.objects.bulk_create(
        (
            Capture(
                owner=owner,
                uuid=uuid.UUID(int=number),
                sequence=number + 1,
                source=Capture.Source.CAMERA,
                taken_at=moment,
                time_zone="UTC",
                local_date=moment.date(),
            )
            for number, moment in enumerate(moments)
        ),
        batch_size=2000,
    )
    Detection.objects.bulk_create(
        (
            Detection(
                capture=capture,
                model_version=version,
                x=0,
                y=0,
                width=10,
                height=10,
                emotion=Feeling(EMOTIONS[row.argmax()]),
                confidence=float(row.max()),
                unsure=False,
                is_me=True,
                **Detection.probability_columns(row.tolist()),
            )
            for capture, row in zip(captures, shares, strict=True)
        ),
        batch_size=1000,
    )
    User.objects.filter(pk=owner.pk).update(sequence=detections)
    return User.objects.get(pk=owner.pk)


BROWSER_KEY = (
    "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
)
BROWSER_SECRET = "tBHItJI5svbpez7KI4CCXg"
SITE_KEY = "3KzvKasA2SoCxsp0iIG_o9B0Ozvl1XDwI63JRKNIWBM"
"""A VAPID private key for tests."""


def push_subscription(owner: User, **fields: Any) -> PushSubscription:
    """Subscribe a browser of a person to notifications."""
    endpoint = f"https://push.example.net/{uuid.uuid4()}"
    values = {"endpoint": endpoint, "p256dh": BROWSER_KEY, "auth": BROWSER_SECRET, **fields}
    return PushSubscription.objects.create(owner=owner, **values)


def push_reminder(owner: User) -> Reminder:
    """Remind a person by notification at eight in the evening."""
    return Reminder.objects.create(
        owner=owner, at=time(20), way=Reminder.Way.PUSH, since=datetime(2026, 1, 1, tzinfo=UTC)
    )


def file_import(owner: User) -> Import:
    """Make a finished import of one moment."""
    job = Import.objects.create(
        owner=owner,
        size=1,
        time_zone="UTC",
        state=Import.State.FINISHED,
        new=1,
        finished_at=datetime.now(UTC),
    )
    moment = capture(owner=owner, mood=3)
    ImportedMoment.objects.create(job=job, capture=moment, sequence=moment.sequence)
    return job


def passkey(owner: User, *, name: str = "My phone") -> Authenticator:
    """Give a person a passkey; nobody has its private key."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(b"\0" * 16, uuid.uuid4().bytes, key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(bytes(32), flags, 0, bytes(credential))
    client_data = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    identifier = websafe_encode(credential.credential_id)
    answer = {
        "id": identifier,
        "rawId": identifier,
        "type": "public-key",
        "response": {
            "clientDataJSON": client_data.b64,
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
    return Authenticator.objects.create(
        user=owner,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": name, "credential": answer},
    )
