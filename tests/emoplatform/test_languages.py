"""Everything that people read is marked, translated, and shown in their language."""

import ast
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from emotions.captures import recording, trash
from emotions.captures.recording import SelfReport
from emotions.insights import wording
from emotions.models import Capture, Feeling
from emotions.reminders import emails
from emotions.reminders.services import add_reminder
from scripts import messages
from tests import factories, pictures

ROOT = Path(__file__).parents[2]
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
MARKED = re.compile(
    r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}"
    r"|{%\s*block main_class\s*%}.*?{%\s*endblock\s*%}",
    re.DOTALL,
)
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
ATTRIBUTES = ("alt", "title", "aria-label", "placeholder", "content")
NAMES = {"Emoplatform", "· Emoplatform", ", MB"}


class Visible(HTMLParser):
    """Collects what a template says outside its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag
        if tag == "meta" and dict(attrs).get("name") != "description":
            return
        for name, value in attrs:
            if name in ATTRIBUTES or name.startswith("data-text"):
                self.say(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within not in {"script", "style", "code", "pre"}:
            self.say(data)

    def say(self, text: str) -> None:
        plain = " ".join(text.split())
        if re.search(r"[^\W\d_]{2,}", plain) and plain not in NAMES and plain[0] != "#":
            self.found.append(plain)


def test_no_template_says_anything_that_is_not_marked() -> None:
    found = {}
    for template in (ROOT / "templates").rglob("*.html"):
        reader = Visible()
        reader.feed(TAG.sub("", MARKED.sub("", template.read_text())))
        found[str(template)] = reader.found
    assert {template: texts for template, texts in found.items() if texts} == {}


def unmarked(tree: ast.AST) -> Iterator[str]:
    """Give plain strings where people will read them."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        read = [
            keyword.value
            for keyword in call.keywords
            if keyword.arg in {"label", "help_text", "verbose_name", "verbose_name_plural"}
        ]
        if name.endswith(("ValidationError", "add_error")) or name.startswith("messages."):
            read += call.args
        for value in read:
            if isinstance(value, ast.Constant | ast.JoinedStr) and " " in ast.unparse(value):
                yield ast.unparse(value)


@pytest.mark.parametrize("package", ["accounts", "emotions", "emoplatform", "ml"])
def test_no_form_field_or_refusal_says_anything_that_is_not_marked(package: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in (ROOT / package).rglob("*.py")
        if not {"migrations", "figures"} & set(path.parts)  # read by nobody; for developers
        for text in unmarked(ast.parse(path.read_text()))
    }
    assert found == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_exactly_what_the_site_says(language: str) -> None:
    catalog = messages.update(language)
    assert messages.catalog_path(language).read_bytes() == messages.as_po(catalog), "make messages"
    assert messages.catalog_path(language, "mo").read_bytes() == messages.as_mo(catalog)
    assert [message.id for message in messages.untranslated(catalog)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_what_is_filled_in(language: str) -> None:
    fillings = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|{\w+}|<[^>]+>|\bTIME\b|\bNUMBER\b")
    wrong = []
    for message in messages.load(language):
        if not message.id:
            continue
        originals = (message.id,) if isinstance(message.id, str) else message.id
        translations = messages.translations(message)
        # The singular may leave its number out, as the English one does.
        wrong += [
            text
            for one, text in zip(originals, translations, strict=True)
            if sorted(fillings.findall(text)) != sorted(fillings.findall(one))
        ]
        wrong += [text for text in translations if "!" in text]
    assert wrong == []


@pytest.fixture
def german(db: None) -> Client:
    """Somebody who reads German, with something on every page."""
    person = factories.person("german@example.org", language="de")
    for photo in (pictures.astronaut_jpeg(), None):
        recording.record_capture(
            owner=person,
            photo=photo,
            source=Capture.Source.UPLOAD if photo else Capture.Source.MANUAL,
            time_zone="Europe/Berlin",
            self_report=SelfReport(felt=Feeling.HAPPY, mood=4, note="x", tags=("y",)),
        )
    for _ in range(12):
        factories.capture(owner=person, looks="happy", felt="sad", taken_at=timezone.now())
    trash.delete_capture(capture=factories.capture(owner=person, looks="sad"))
    add_reminder(owner=person, at=timezone.now().time())
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    return client


def paths(person: User) -> list[str]:
    capture = Capture.objects.filter(owner=person).exclude(photo="").get()
    words = Capture.objects.filter(owner=person, source=Capture.Source.MANUAL).get()
    year = timezone.localdate().year
    personal = [
        *(
            "/today/",
            "/history/",
            "/history/?view=list",
            "/history/?view=gallery",
            "/trends/",
            f"/trends/{year}/",
        ),
        *(f"/review/week/{timezone.localdate()}/", f"/review/month/{timezone.localdate()}/"),
        *(f"/captures/{capture.uuid}/", f"/captures/{capture.uuid}/why/"),
        *(f"/captures/{words.uuid}/", f"/captures/{capture.uuid}/delete/"),
        *("/capture/", "/live/", "/words/", "/consent/", "/keeping/", "/appearance/", "/data/"),
        *("/trash/", "/agreement/", "/settings/", "/settings/delete-account/", "/reminders/"),
        *("/accounts/logout/", "/accounts/password/change/", "/accounts/2fa/", "/api/docs/"),
    ]
    return [*personal, "/model/", "/privacy/", "/terms/", "/nothing/"]


def english(language: str) -> set[str]:
    """Return sentences that a page in another language has no reason to say."""
    return {
        message.id
        for message in messages.load(language)
        if isinstance(message.id, str)
        and len(message.id) > 12
        and message.id != message.string
        and not re.search(r"[%{<]", message.id)
    }


def test_no_page_in_german_has_a_sentence_in_english(german: Client) -> None:
    sentences = english("de")
    left = {}
    for path in paths(User.objects.get()):
        page = german.get(path, follow=True).content.decode()
        assert '<html lang="de"' in page, path
        texts = re.split(r"<script.*?</script>|<pre.*?</pre>|<[^>]+>", page, flags=re.DOTALL)
        left[path] = sentences & {" ".join(html.unescape(text).split()) for text in texts}
    assert {path: found for path, found in left.items() if found} == {}


def test_numbers_for_programs_keep_their_point_in_german(german: Client) -> None:
    numbers = re.compile(r'\b(?:value|x|y|width|height|min|max|data-[\w-]+)="-?\d+,\d+%?"')
    for path in paths(User.objects.get()):
        page = german.get(path, follow=True).content.decode()
        assert numbers.findall(page) == [], path
    table = german.get("/trends/moods.csv").content.decode()
    assert not re.search(r'"\d+,\d+"', table)


def test_dates_and_numbers_are_written_as_the_language_does() -> None:
    with translation.override("de"):
        assert wording.format_valence(-0.25) == "−0,25"
    with translation.override("en"):
        assert wording.format_valence(0.25) == "+0.25"


def test_strangers_are_answered_in_the_language_of_their_browser(db: None) -> None:
    assert "Ein ruhiges" in Client().get("/", headers={"Accept-Language": "de-AT"}).content.decode()
    assert "A quiet" in Client().get("/", headers={"Accept-Language": "fr"}).content.decode()


def test_a_stranger_may_choose_another_language(db: None) -> None:
    client = Client()
    assert 'value="de"' in client.get("/").content.decode()
    client.post("/language/", {"language": "de", "next": "/"})
    assert '<html lang="de"' in client.get("/").content.decode()
    assert (
        client.post("/language/", {"language": "de", "next": "//evil.example"})["Location"] == "/"
    )


def test_the_language_of_the_first_sign_in_stays_until_another_is_chosen(owner: User) -> None:
    client = Client(headers={"Accept-Language": "de"})
    credentials = {"login": owner.email, "password": factories.PASSWORD}
    client.post("/accounts/login/", credentials)
    owner.refresh_from_db()
    assert owner.language == "de"
    url = "/settings/language-and-time/"
    client.post(url, {"language": "en", "time_zone": "UTC"})
    assert '<html lang="en"' in client.get("/today/").content.decode()
    client.post(url, {"language": "xx", "time_zone": "UTC"})
    owner.refresh_from_db()
    assert owner.language == "en"


def test_an_app_reads_and_sets_the_language(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get("/api/v1/me/").json()["language"] == ""
    patch: Any = {"path": "/api/v1/me/", "content_type": "application/json"}
    assert client.patch(data={"language": "de"}, **patch).json()["language"] == "de"
    refused = client.patch(data={"language": "xx"}, **patch)
    assert refused.status_code == 400
    assert "language" in refused.json()["errors"]


def test_a_reminder_is_written_in_the_language_of_its_person(owner: User) -> None:
    reminder = add_reminder(owner=owner, at=timezone.now().time())
    assert emails.reminder_email(reminder).subject == "How are you right now?"
    owner.language = "de"
    assert emails.reminder_email(reminder).subject == "Wie geht es dir gerade?"
    assert "E-Mails anzuhalten" in emails.reminder_email(reminder).body
    assert emails.notification_payload(reminder)["stop_label"] == "Nicht mehr fragen"
