"""Queueing the emails about an account, in the transaction that causes them."""

from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from accounts.mail.tasks import deliver_letter
from accounts.models import Letter, User

FACTS = (
    *("code_seed", "event", "ip", "user_agent"),
    *("from_email", "to_email", "deleted_email", "new_email"),
)


@transaction.atomic
def queue_letter(
    *, template: str, email: str, person: User | None, context: dict[str, Any]
) -> None:
    """Queue an email, which is sent if the surrounding transaction is committed.

    Args:
        template: prefix of its templates, as allauth names them.
        email: the recipient.
        person: whose account it is about; None if nobody has that address.
        context: what happened; everything but `FACTS` is ignored, links and tokens above all.
    """
    letter = Letter.objects.create(
        template=template,
        email=email,
        person=person,
        language=(person and person.language) or get_language() or "",
        facts={name: str(context[name]) for name in FACTS if context.get(name)},
    )
    deliver_letter.enqueue(letter.pk)
