"""People who contribute drawn faces, each with their own emotions."""

import uuid

import numpy as np
from numpy.typing import NDArray

from accounts.consents import give_consent
from accounts.models import Consent, User
from emotions.models import Contribution, Contributor, Feeling
from ml.emotions import EMOTIONS
from tests import factories
from tests.ml.faces import drawn_face


def make_contributors(people: int, *, faces: int = 7, upside_down: bool = False) -> list[User]:
    """Make people who contribute some drawn faces each, of the seven emotions in turn.

    Args:
        upside_down: and pale, which a network does not know that never saw such faces.
    """
    return [
        make_contributor(
            f"lender{number}@example.org", faces=faces, number=number, upside_down=upside_down
        )
        for number in range(people)
    ]


def make_contributor(
    email: str, *, faces: int = 7, number: int = 0, upside_down: bool = False
) -> User:
    person = User.objects.create_user(email)  # They never sign in.
    give_consent(person=person, kind=Consent.Kind.IMPROVE)
    # The same names every time, so that the same people are held out.
    contributor = Contributor.objects.create(person=person, member=known_uuid(email))
    for index in range(faces):
        label = index % len(EMOTIONS)
        felt = Feeling(EMOTIONS[label])
        face = contributed_face(label, 100_000 + 1000 * number + index, upside_down=upside_down)
        Contribution.objects.create(
            capture=factories.capture(owner=person, looks="neutral", felt=felt),
            contributor=contributor,
            name=known_uuid(f"{email} {index}"),
            felt=felt,
            face=face.tobytes(),
        )
    return person


def known_uuid(text: str) -> uuid.UUID:
    """Return a UUID that is the same every time; those of real people are random."""
    return uuid.uuid5(uuid.NAMESPACE_URL, text)


def contributed_face(label: int, number: int, *, upside_down: bool) -> NDArray[np.uint8]:
    face = drawn_face(label, number)
    return face[::-1] // 2 + 128 if upside_down else face
