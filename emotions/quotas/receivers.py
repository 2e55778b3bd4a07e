"""What the end of an account means for quotas; their counts go with its row."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from emotions.models import Lease
from emotions.quotas.turns import turn_key


@receiver(account_deleted)
def delete_leases(person: User, **_: Any) -> None:
    """Delete the places of work that have the person's number in their key."""
    Lease.objects.filter(key__in=[turn_key(person), f"import:{person.pk}"]).delete()
