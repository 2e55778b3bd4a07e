"""A session is its owner's alone, and no form leads off the site."""

from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse

from accounts.devices.sessions import key_digest
from accounts.models import Session, User
from tests.factories import PASSWORD
from tests.pace import patience
from tests.sites import Site

ELSEWHERE = [
    "https://elsewhere.example/today/",
    "//elsewhere.example/",
    "///elsewhere.example/",
    "/\\elsewhere.example/",
    "\\\\elsewhere.example/",
    "http:elsewhere.example",
    "https:///elsewhere.example",
    "javascript:alert(1)",
    "https://testserver@elsewhere.example/",
    " https://elsewhere.example/",
    "/%09/elsewhere.example",
    "\t//elsewhere.example",
]


@pytest.mark.django_db
def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(owner: User) -> None:
    browser = Client()
    browser.get("/accounts/login/")
    planted = browser.session  # which makes one
    planted["planted"] = True
    planted.save()
    before = planted.session_key
    browser.cookies["sessionid"] = before or ""

    browser.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})

    assert browser.session.session_key != before
    assert not Session.objects.filter(pk=key_digest(before or "")).exists()
    thief = Client()
    thief.cookies["sessionid"] = before or ""
    assert thief.get("/today/").status_code == 302
    assert browser.get("/today/").status_code == 200


@pytest.mark.django_db
def test_signing_out_ends_the_session_and_not_only_its_cookie(owner: User) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    key = browser.session.session_key
    browser.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = key or ""
    assert thief.get("/today/").status_code == 302


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_no_form_leads_off_the_site(onward: str, owner: User) -> None:
    def place(name: str, fields: dict[str, str], *, signed_in: bool = True) -> str:
        browser = Client()
        if signed_in:
            browser.force_login(owner)
        answer = browser.post(
            reverse(name), {**fields, "next": onward}, query_params={"next": onward}
        )
        assert answer.status_code == 302, (name, answer.status_code)
        return str(answer["Location"])

    places = [
        place("account_login", {"login": owner.email, "password": PASSWORD}, signed_in=False),
        place("account_login", {}),
        place(
            "account_signup", {"email": "new@example.org", "password1": PASSWORD}, signed_in=False
        ),
        place("account_logout", {}),
        place("account_reauthenticate", {"password": PASSWORD}),
        place("set_language", {"language": "de"}),
        place("emotions:consent", {"agree": "on"}),
    ]
    assert [found for found in places if not is_ours(found)] == []


def is_ours(place: str) -> bool:
    """Tell whether a browser stays on the site; it takes `\\` for `/` and leaves spaces out."""
    seen = urlsplit(place.replace("\\", "/").strip())
    return not seen.scheme and not seen.netloc and seen.path.startswith("/") and "\t" not in place


@pytest.fixture(scope="module")
def production(shared_site: Site, production_address: str) -> tuple[str, str]:
    """A site as people have it, whose proxy speaks HTTPS, and the e-mail address of one of them."""
    email = "person@example.org"
    shared_site.python(
        "from allauth.account.models import EmailAddress\n"
        "from tests import factories\n"
        f"person = factories.person({email!r})\n"
        "EmailAddress.objects.create(user=person, email=person.email, verified=True)"
    )
    return production_address, email


def ask(production: tuple[str, str], path: str, **headers: str) -> requests.Response:
    all_headers = {"X-Forwarded-Proto": "https", **headers}
    return requests.get(
        production[0] + path, headers=all_headers, timeout=patience(30), allow_redirects=False
    )


@pytest.mark.xdist_group("sites")
def test_cookies_are_for_this_host_over_https_alone_and_no_script_reads_them(
    production: tuple[str, str],
) -> None:
    address, email = production
    answer = requests.post(
        f"{address}/accounts/login/",
        {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": "a" * 32},
        headers={
            "X-Forwarded-Proto": "https",
            "Referer": address.replace("http:", "https:"),
            "Cookie": f"__Host-csrftoken={'a' * 32}",
        },
        timeout=patience(30),
        allow_redirects=False,
    )
    assert answer.status_code == 302
    cookies = {cookie.name: cookie for cookie in answer.cookies}
    expected = {"__Host-sessionid", "__Host-csrftoken", "__Host-last-person"}
    assert cookies.keys() - {"messages"} == expected
    for cookie in cookies.values():
        assert cookie.secure
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "Lax"
        assert (cookie.path, cookie.domain_specified) == ("/", False)


@pytest.mark.xdist_group("sites")
def test_browsers_are_sent_to_https_and_stay_there(production: tuple[str, str]) -> None:
    answer = ask(production, "/today/", **{"X-Forwarded-Proto": "http"})
    assert answer.status_code == 301
    assert answer.headers["Location"].startswith("https://127.0.0.1")
    secure = ask(production, "/today/").headers["Strict-Transport-Security"]
    assert secure == "max-age=31536000; includeSubDomains; preload"


@pytest.mark.xdist_group("sites")
@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "127.0.0.1:x", "127.0.0.1 x"]
)
def test_another_hosts_name_is_refused(production: tuple[str, str], host: str) -> None:
    answer = ask(production, "/api/v1/today/", Host=host)
    assert answer.status_code == 400
    assert "elsewhere" not in answer.text


@pytest.mark.xdist_group("sites")
def test_a_forwarded_host_changes_no_address(production: tuple[str, str]) -> None:
    answer = ask(production, "/today/", **{"X-Forwarded-Host": "elsewhere.example"})
    assert answer.headers["Location"].startswith("/accounts/login/")
