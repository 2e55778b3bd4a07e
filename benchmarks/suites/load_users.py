"""The users of the load test, for the site that has them and the apps that sign in."""

PASSWORD = "a quiet paper diary"  # noqa: S105 - as in `tests.factories`
CAPTURES = 300
"""How many captures each user has: three a day for a hundred days."""


def email_of(number: int) -> str:
    """Return the e-mail address of a user."""
    return f"app{number}@example.org"


def create_users(count: int) -> None:
    """Create users with captures; runs inside the site."""
    from datetime import timedelta  # noqa: PLC0415

    from allauth.account.models import EmailAddress  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tests import factories  # noqa: PLC0415 - inside the site

    now = timezone.now()
    for number in range(count):
        person = factories.person(email_of(number))
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        for moment in range(1, CAPTURES + 1):
            factories.capture(
                owner=person, looks="happy", taken_at=now - timedelta(hours=8 * moment)
            )
