"""People who lend drawn faces for training, each with their own emotions."""

from accounts.consents import give_consent
from accounts.models import Consent, User
from emotions.models import Contribution, Contributor, Feeling
from ml.emotions import EMOTIONS
from tests import factories
from tests.ml.faces import drawn_face


def lenders(people: int, *, faces: int = 7, first: int = 0, shift: int = 0) -> list[User]:
    """Make people who lend so many drawn faces each, of the seven emotions in turn.

    Args:
        first: the number of the first one, which their faces and addresses follow from.
        shift: how many places further the emotion is that they felt than the one that is drawn.
    """
    return [
        lender(f"lender{number}@example.org", faces=faces, number=number, shift=shift)
        for number in range(first, first + people)
    ]


def lender(email: str, *, faces: int = 7, number: int = 0, shift: int = 0) -> User:
    """Make somebody who lends drawn faces."""
    person = User.objects.create_user(email)  # They never sign in.
    give_consent(person=person, kind=Consent.Kind.IMPROVE)
    contributor = Contributor.objects.create(person=person)
    for index in range(faces):
        label = index % len(EMOTIONS)
        felt = Feeling(EMOTIONS[(label + shift) % len(EMOTIONS)])
        Contribution.objects.create(
            capture=factories.capture(owner=person, looks=str(EMOTIONS[label]), felt=felt),
            contributor=contributor,
            felt=felt,
            face=drawn_face(label, 100_000 + 1000 * number + index).tobytes(),
        )
    return person
