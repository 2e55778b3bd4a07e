"""Who leaves leaves nothing: a scan of every table and every stored file afterwards."""

from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.models import Session, User
from accounts.tokens.services import create_token
from emotions.models import Capture
from tests import factories, pictures
from tests.browser.conftest import sign_in
from tests.factories import PASSWORD
from tests.pace import wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


def traces(words: list[str]) -> list[str]:
    """Return the rows of all tables that hold any of these words."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name of a table of ours
            for row in cursor.fetchall():
                cells = " ".join(str(cell).replace("-", "") for cell in row)
                found += [f"{table}: {cells}" for word in words if word in cells]
    return found


def references(person: int) -> list[str]:
    """Return the tables with a row that names a person by a foreign key."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            keys = connection.introspection.get_relations(cursor, table)
            for column, (_, other) in keys.items():
                if other == User._meta.db_table:
                    cursor.execute(
                        f'SELECT COUNT(*) FROM "{table}" WHERE "{column}" = %s',  # noqa: S608
                        [person],
                    )
                    found += [f"{table}.{column}"] * cursor.fetchone()[0]
    return found


def test_nothing_is_left_of_a_person_who_leaves(
    page: Page, owner: User, other: User, media: Path, tmp_path: Path
) -> None:
    theirs = factories.capture(owner=other, looks="happy", note="Theirs stays.")
    create_token(person=owner, name="my script", scope="write", days=1)
    sign_in(page, owner, path="/capture/")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(pictures.astronaut_jpeg())
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Read my face").click()
    page.wait_for_url("**/captures/*/")
    page.get_by_label("Note").fill("Only mine.")
    page.get_by_label("Add a tag").fill("secretly")
    page.get_by_label("Add a tag").press("Enter")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    mine = Capture.objects.get(owner=owner)
    wait_until(mine.tags.count)
    words = [owner.email, "Only mine.", "secretly", mine.uuid.hex, "my script"]
    assert {word for word in words if traces([word])} == set(words), "the scan finds what is there"
    assert references(owner.pk)
    assert list(media.rglob("*.jpg"))

    page.goto("/settings/")
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()

    assert traces(words) == []
    assert references(owner.pk) == []
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert not any(session.get_decoded().get("_auth_user_id") for session in Session.objects.all())
    assert Capture.objects.get() == theirs
    page.goto("/today/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
