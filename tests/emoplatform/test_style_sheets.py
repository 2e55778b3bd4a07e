"""Every page links the style sheets of what is on it, and none of other pages."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests import factories

FOLDER = Path(__file__).parents[2] / "static" / "css" / "components"
CLASSES = {
    sheet.stem: {*re.findall(r"\.([a-z][\w-]*)", sheet.read_text())}
    for sheet in FOLDER.glob("*.css")
}
"""What each sheet styles."""
EVERYWHERE = {"forms", "layout"}
SIGNED_IN = EVERYWHERE | {"lists"}
PUBLIC: dict[str, set[str]] = {
    "/": {"capture", "lists", "reading"},
    "/model/": set(),
    "/privacy/": set(),
    "/offline/": set(),
    "/nothing/": set(),
    "/api/docs/": set(),
    "/accounts/login/": set(),
}
PERSONAL: dict[str, set[str]] = {
    "/today/": set(),
    "/days/2020-01-01/": set(),
    "/capture/": {"capture"},
    "/live/": {"live", "reading"},
    "/words/": set(),
    "/history/": {"calendar"},
    "/history/?view=list": {"charts"},
    "/history/?view=gallery": {"charts"},
    "/captures/{uuid}/": {"reading"},
    "/captures/{uuid}/why/": {"reading"},
    "/captures/{uuid}/delete/": set(),
    "/trends/": set(),
    "/trends/{year}/": {"calendar"},
    "/trends/2020/": {"calendar"},
    "/review/week/{today}/": {"charts", "review"},
    "/review/week/2020-01-01/": set(),
    "/settings/": set(),
    "/reminders/": set(),
    "/trash/": set(),
}
"""Pages, and what they link beside the sheets of every page."""


def sheets(page: str) -> set[str]:
    return {*re.findall(r'<link rel="stylesheet"\s+href="/static/css/components/(\w+)\.css', page)}


def unstyled(page: str) -> set[str]:
    """Return the classes of a page that some sheet styles, but none that the page links."""
    used = {name for names in re.findall(r'\bclass="([^"]*)"', page) for name in names.split()}
    linked = {name for sheet in sheets(page) for name in CLASSES[sheet]}
    return (used & set.union(*CLASSES.values())) - linked


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "own"), PUBLIC.items())
def test_pages_for_everybody(client: Client, path: str, own: set[str]) -> None:
    page = client.get(path).content.decode()
    assert sheets(page) == EVERYWHERE | own
    assert unstyled(page) == set()


@pytest.mark.parametrize(("path", "own"), PERSONAL.items())
def test_pages_of_a_person(owner: User, owner_client: Client, path: str, own: set[str]) -> None:
    now = timezone.now()
    capture = factories.capture(owner=owner, looks="happy", taken_at=now)
    path = path.format(uuid=capture.uuid, year=now.year, today=now.date())
    page = owner_client.get(path, follow=True).content.decode()
    assert sheets(page) == SIGNED_IN | own
    assert unstyled(page) == set()


def test_pages_with_a_secret(owner_client: Client) -> None:
    token = {"name": "backup", "scope": "read", "days": 30}
    owner_client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    for answer in (
        owner_client.post("/settings/tokens/", token),
        owner_client.get("/accounts/2fa/totp/activate/"),
    ):
        page = answer.content.decode()
        assert 'class="secret"' in page
        assert sheets(page) == SIGNED_IN | {"security"}
        assert unstyled(page) == set()
