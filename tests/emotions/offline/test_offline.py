"""What a browser is told to keep, and what makes the site an app."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from accounts.models import User
from emotions.models import Preferences
from emotions.offline.headers import HEADER, diary_key
from emotions.preferences.services import set_preferences
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("path", ["/today/", "/history/", "/capture/", "/words/", "/colours.css"])
def test_pages_of_a_diary_may_be_kept_by_their_owner_only(
    path: str, owner: User, other: User
) -> None:
    assert signed_in(owner).get(path)[HEADER] == diary_key(owner)
    assert signed_in(other).get(path)[HEADER] == diary_key(other) != diary_key(owner)
    assert HEADER not in Client().get(path)


def test_a_moment_may_be_kept_by_its_owner_only(owner: User, other: User) -> None:
    path = f"/captures/{factories.capture(owner=owner).uuid}/"
    assert signed_in(owner).get(path)[HEADER] == diary_key(owner)
    assert HEADER not in signed_in(other).get(path)


@pytest.mark.parametrize("path", ["/history/?page=2", "/settings/", "/data/", "/trash/", "/model/"])
def test_other_pages_are_not_kept(path: str, owner: User) -> None:
    assert HEADER not in signed_in(owner).get(path)


def test_the_name_of_a_diary_tells_nothing_of_its_person(owner: User) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", diary_key(owner))
    page = signed_in(owner).get("/today/").content.decode()
    assert f'data-diary="{diary_key(owner)}"' in page


def test_signing_out_asks_the_browser_to_forget(owner: User) -> None:
    client = signed_in(owner)
    assert "Clear-Site-Data" not in client.get("/accounts/logout/")
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/")


def test_deleting_the_account_asks_the_browser_to_forget(owner: User) -> None:
    gone = signed_in(owner).post("/settings/delete-account/", {"password": factories.PASSWORD})
    assert gone.status_code == 302
    assert gone["Clear-Site-Data"] == '"cache", "storage"'


def test_the_line_says_whose_it_is_and_gives_a_token(owner: User) -> None:
    answer = signed_in(owner).get("/offline/line/")
    assert answer.json()["diary"] == diary_key(owner)
    assert "no-store" in answer["Cache-Control"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    token = client.get("/offline/line/").json()["token"]
    said = {"note": "hello"}
    posted = client.post(
        "/api/v1/captures/", json.dumps(said), "application/json", headers={"X-CSRFToken": token}
    )
    assert posted.status_code == 201
    assert Client().get("/offline/line/").json()["diary"] == ""


def test_the_line_says_whether_photos_may_be_sent(owner: User, other: User) -> None:
    set_preferences(owner=owner, read_on=Preferences.ReadOn.DEVICE)
    assert signed_in(owner).get("/offline/line/").json()["reads_here"] is True
    assert signed_in(other).get("/offline/line/").json()["reads_here"] is False
    assert Client().get("/offline/line/").json()["reads_here"] is False


def test_only_pages_on_which_moments_are_recorded_bring_the_form_that_mends_them(
    owner: User,
) -> None:
    client = signed_in(owner)
    form = "data-mend"
    for path in ("/words/", "/capture/", "/live/"):
        assert form in client.get(path).content.decode()
    for path in ("/today/", "/history/", "/trends/", "/settings/"):
        assert form not in client.get(path).content.decode()


def test_the_form_that_mends_comes_in_the_language_that_its_address_names(owner: User) -> None:
    for client in (Client(), signed_in(owner)):
        assert "Save and send" in client.get("/offline/mending/en/").content.decode()
        german = client.get("/offline/mending/de/").content.decode()
        assert "Speichern und senden" in german
        assert owner.email not in german
    assert Client().get("/offline/mending/xx/").status_code == 404
    shell = Client().get("/service-worker.js").content.decode()
    assert '"/offline/mending/en/"' in shell
    assert '"/offline/mending/de/"' in shell


def test_the_page_without_a_connection_is_the_same_to_everybody(owner: User) -> None:
    page = signed_in(owner).get("/offline/").content.decode()
    assert "No connection right now" in page
    assert owner.email not in page
    assert "data-diary" not in page


def test_the_service_worker_is_fresh_and_names_files_that_exist() -> None:
    answer = Client().get("/service-worker.js")
    assert answer["Content-Type"] == "text/javascript"
    assert "no-store" in answer["Cache-Control"]
    named = re.findall(r'"/static/([^"]+)"', answer.content.decode())
    assert "js/offline/worker.js" in named
    assert "js/push/worker.js" in named
    assert [name for name in named if name and not finders.find(name)] == []


def test_everything_that_offline_pages_import_is_in_the_shell() -> None:
    shell = Client().get("/service-worker.js").content.decode()
    page = Client().get("/offline/").content.decode()
    needed = set(re.findall(r'"(/static/[^"#]+\.(?:js|css|svg))', page))
    waiting = [*needed, *re.findall(r'"(/static/js/[^"]+\.js)"', shell)]
    while waiting:
        path = waiting.pop()
        needed.add(path)
        source = Path(str(finders.find(path.removeprefix("/static/")))).read_text()
        imported = re.findall(r'^import .*?"(\.[^"]+)";$', source, re.MULTILINE)
        waiting += {urljoin(path, found) for found in imported} - needed
    outside = {"/static/js/offline/worker.js", "/static/js/push/worker.js"}
    assert {path for path in needed - outside if f'"{path}"' not in shell} == set()


def test_the_styles_of_every_page_that_is_kept_are_in_the_shell(owner: User) -> None:
    capture = factories.capture(owner=owner, looks="happy", taken_at=timezone.now())
    client = signed_in(owner)
    shell = client.get("/service-worker.js").content.decode()
    for path in ("/today/", "/history/", "/capture/", "/words/", f"/captures/{capture.uuid}/"):
        answer = client.get(path)
        assert HEADER in answer
        linked = re.findall(r'"(/static/css/[^"]+)"', answer.content.decode())
        assert linked
        assert [sheet for sheet in linked if f'"{sheet}"' not in shell] == [], path


def test_the_manifest_names_icons_that_exist() -> None:
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    told = answer.json()
    assert told["start_url"] == "/today/"
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in told["icons"])
    assert {"any", "maskable"} == {icon["purpose"] for icon in told["icons"]}
