"""Add people to a site: an administrator, one who shares photos, one who is asked by email."""

import json
import sys
from datetime import timedelta

import django
from django.utils import timezone

django.setup()

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from accounts.models import User
from emotions.models import Reminder
from ml.models import ModelVersion, TrainingRun, Trial


def main(
    *, owner: str, administrator: str, friend: str, asked: str, shadow: str, secret: str
) -> dict[str, int]:
    """Add them, a reminder that has just come due, and a version that reads new photos too.

    Args:
        owner: the address of somebody who is there already; it is verified.
        shadow: the name of that version.
        secret: of the administrator's second factor.
    """
    person = User.objects.get(email=owner)
    EmailAddress.objects.create(user=person, email=owner, verified=True, primary=True)
    admin = User.objects.create_superuser(administrator)
    Authenticator.objects.create(user=admin, type="totp", data={"secret": secret})
    User.objects.create_user(friend)
    now = timezone.now()
    reminder = Reminder.objects.create(
        owner=User.objects.create_user(asked),
        at=(now - timedelta(minutes=1)).time(),
        since=now - timedelta(days=1),
    )
    version = ModelVersion.objects.get(name=shadow)
    trial = Trial.objects.create(version=version, share=100, by=administrator)
    TrainingRun.objects.create(architecture="sequential", epochs=3, by=administrator)
    active = ModelVersion.objects.get(active=True)
    return {"reminder": reminder.pk, "trial": trial.pk, "version": active.pk}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
