"""Which sessions were opened with a second factor, and what happens when somebody gets their first.

allauth notes in each session how its person proved who they are.
"""

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from accounts.devices.services import sign_out_other_devices
from accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as one; recovery codes stand in for either."""


def has_second_factor(*, person: User) -> bool:
    """Return whether signing in takes a second factor."""
    return bool(is_mfa_enabled(person, FACTORS))


def was_used(*, person: User, request: HttpRequest) -> bool:
    """Return whether this session has proved a second factor or a passkey."""
    records = get_authentication_records(request, person)
    return any(record["method"] == "mfa" for record in records)


def begin(*, person: User, factor: Authenticator, request: HttpRequest) -> None:
    """Count a factor that was just added for this session, which proved it by adding it.

    The first one ends every other session: they were opened by a password alone.
    """
    if factor.type not in FACTORS:
        return
    record_authentication(request, person, "mfa", id=factor.pk, type=factor.type)
    others = Authenticator.objects.filter(user=person, type__in=FACTORS).exclude(pk=factor.pk)
    if not others.exists():
        sign_out_other_devices(person=person, current_key=request.session.session_key)
