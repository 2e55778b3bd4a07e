"""The people of the load: known to the site that has them and to the apps that sign in."""

PASSWORD = "a quiet paper diary"  # noqa: S105 - of nobody; as in `tests.factories`
MOMENTS = 300
"""What each has recorded before: a hundred days of three."""


def address_of(number: int) -> str:
    """Return the e-mail address of one of them."""
    return f"app{number}@example.org"


def make(count: int) -> None:
    """Make people with moments; runs inside the site."""
    from datetime import timedelta  # noqa: PLC0415

    from allauth.account.models import EmailAddress  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tests import factories  # noqa: PLC0415 - inside the site

    now = timezone.now()
    for number in range(count):
        person = factories.person(address_of(number))
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        for moment in range(1, MOMENTS + 1):
            factories.capture(
                owner=person, looks="happy", taken_at=now - timedelta(hours=8 * moment)
            )
