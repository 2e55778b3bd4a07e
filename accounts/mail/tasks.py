"""Background jobs that send the emails about an account."""

from django.db import transaction
from django_tasks import task

from accounts.mail.letters import claim_letter, send_letter


@task()
def deliver_letter(letter_id: int) -> None:
    """Send a letter; the next attempt is scheduled before this one is made."""
    with transaction.atomic():
        letter = claim_letter(letter_id=letter_id)
        if letter is None:
            return
        deliver_letter.using(run_after=letter.due_at).enqueue(letter_id)
    send_letter(letter=letter)
