"""Encrypting anew what is encrypted of accounts: second factors, and what sessions hold."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import Session
from common.encryption import UndecryptableError, renew

SECRETS = ("secret", "seed")
"""What allauth encrypts in the data of a second factor."""


def renew_second_factors() -> int:
    """Encrypt the secrets of second factors with the newest key; return how many were not.

    Raises:
        UndecryptableError: the key of one is missing; those before it are encrypted anew.
    """
    renewed = 0
    for pk in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if factor is None:  # removed meanwhile
                continue
            data = dict(factor.data)
            data |= {name: renew(data[name]) for name in SECRETS if name in data}
            if "migrated_codes" in data:
                data["migrated_codes"] = [renew(code) for code in data["migrated_codes"]]
            if data != factor.data:
                factor.data = data
                factor.save(update_fields=["data"])
                renewed += 1
    return renewed


def renew_sessions() -> None:
    """Encrypt what sessions hold with the newest key, and end those whose key is missing."""
    for pk, stored in list(Session.objects.values_list("pk", "session_data")):
        session = Session.objects.filter(pk=pk, session_data=stored)  # unless changed meanwhile
        try:
            renewed = renew(stored)
        except UndecryptableError:
            session.delete()
            continue
        if renewed != stored:
            session.update(session_data=renewed)
