"""Jobs that the release before left in the queue, by the path that their task had."""

import pytest
from django.core import mail
from django_tasks_db.models import DBTaskResult

from accounts.mail.outbox import queue_letter
from accounts.models import User
from tests.jobs import run_worker


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_waits_in_the_queue_is_sent_by_the_path_of_before(owner: User) -> None:
    queue_letter(
        template="account/email/password_changed", email=owner.email, person=owner, context={}
    )
    DBTaskResult.objects.update(task_path="accounts.tasks.deliver_letter")
    run_worker()
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
