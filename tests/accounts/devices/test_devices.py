"""What devices are called, and that a browser is listed and prolonged once a day."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.device_names import name_from_header, name_from_user_agent
from accounts.devices import selectors, services
from accounts.models import Session, User
from tests.factories import PASSWORD

APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
NEW_PASSWORD = "another quiet diary"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/131.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}", "Chrome on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) {APPLE} Safari/605", "Safari on macOS"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {APPLE} Safari", "iPhone"),
        (f"Mozilla/5.0 (Linux; Android 14; Pixel) {CHROME}", "Chrome on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 1) {CHROME}", "Chrome on ChromeOS"),
        ("curl/8.5.0", "curl"),
        ("MoodApp/2.1 (Android 14)", "MoodApp on Android"),
        ("Mozilla/5.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_browser_is_named_in_plain_words(user_agent: str, name: str) -> None:
    assert name_from_user_agent(user_agent) == name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Ada's  phone\r\n", "Ada's phone"),
        ("Jos\u00e9".encode().decode("latin-1"), "Jos\u00e9"),
        ("Jos\u00e9", "Jos\u00e9"),
        ("\x00\x1b", ""),
        ("x" * 200, "x" * 80),
    ],
)
def test_the_name_in_the_header_becomes_one_short_line(header: str, name: str) -> None:
    assert name_from_header(RequestFactory().get("/", headers={"X-Device-Name": header})) == name


def browser(person: User, user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": user_agent})
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


@pytest.mark.django_db
def test_a_browser_is_listed_when_it_signs_in_and_gone_when_it_signs_out(owner: User) -> None:
    client = browser(owner)
    (device,) = selectors.devices(person=owner, current_key=client.session.session_key)
    assert (device.name, device.address, device.is_current) == (
        "Firefox on Linux",
        "127.0.0.1",
        True,
    )
    client.post(reverse("account_logout"))
    assert selectors.devices(person=owner) == []


@pytest.mark.django_db
def test_a_sign_in_that_came_another_way_is_listed_too(owner: User, owner_client: Client) -> None:
    assert selectors.devices(person=owner) == []
    owner_client.get("/today/")
    assert len(selectors.devices(person=owner)) == 1


@pytest.mark.django_db
def test_a_browser_lives_on_for_90_days_from_each_day_it_is_used(owner: User) -> None:
    client = browser(owner)
    soon = timezone.now() + timedelta(days=5)
    Session.objects.update(expire_date=soon)
    client.get("/today/")
    assert Session.objects.get().expire_date == soon

    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(days=3))
    session = client.session
    session[services.SEEN_ON_KEY] = "2020-01-01"
    session.save()
    Session.objects.update(expire_date=soon)
    answer = client.get("/today/")
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=89)
    assert answer.cookies["sessionid"]["max-age"] == 90 * 24 * 60 * 60
    assert UserSession.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.django_db
def test_the_address_is_what_the_trusted_proxy_saw(owner: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    assert selectors.devices(person=owner)[0].address == "203.0.113.7"


@pytest.mark.django_db
def test_a_new_password_leaves_this_browser_with_its_name_and_no_other(owner: User) -> None:
    here, there = browser(owner), browser(owner, "curl/8")
    device = next(
        found
        for found in selectors.devices(person=owner, current_key=here.session.session_key)
        if found.is_current
    )
    services.rename_device(device=device.session, name="Desk")
    changed = here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert changed.status_code == 302
    assert here.get("/today/").status_code == 200
    assert there.get("/today/").status_code == 302
    (left,) = selectors.devices(person=owner, current_key=here.session.session_key)
    assert (left.name, left.is_current) == ("Desk", True)


@pytest.mark.django_db
def test_a_password_set_on_the_machine_signs_out_everywhere(owner: User) -> None:
    client = browser(owner)
    owner.set_password(NEW_PASSWORD)
    owner.save()
    assert client.get("/today/").status_code == 302
    assert selectors.devices(person=owner) == []


@pytest.mark.parametrize("path", ["/settings/", "/api/v1/devices/"])
def test_thirty_devices_take_as_many_queries_as_three(
    owner: User, owner_client: Client, path: str
) -> None:
    def queries_with(more: int) -> int:
        for _ in range(more):
            client = Client()
            client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
            request = RequestFactory().get("/")
            services.record_device(person=owner, session=client.session, request=request)
        with CaptureQueriesContext(connection) as queries:
            assert owner_client.get(path).status_code == 200
        return len(queries)

    queries_with(2)  # the first visit of a day records the browser's own device
    with_three = queries_with(0)
    assert len(selectors.devices(person=owner)) == 3
    assert queries_with(27) == with_three
    assert len(selectors.devices(person=owner)) == 30


def test_sessions_under_a_key_that_is_being_replaced_are_still_listed(
    owner: User, settings: Settings
) -> None:
    browser(owner)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    assert len(selectors.devices(person=owner)) == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert selectors.devices(person=owner) == []


def test_somebody_who_was_switched_off_has_no_devices(owner: User) -> None:
    browser(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert selectors.devices(person=owner) == []
