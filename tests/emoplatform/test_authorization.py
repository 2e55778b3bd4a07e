"""Who may do what: every route and method, tried by everybody, from the addresses themselves."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens.services import create_token
from emotions.captures import recording
from emotions.models import Capture, Reminder, Tag
from emotions.reminders.unsubscribe import unsubscribe_link
from ml.registry import active_version
from tests import factories, pictures
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = ("nobody", "other", "owner", "reader", "administrator")


@dataclass(frozen=True)
class Answers:
    """The status that each method answers an empty request with, for each role in their order."""

    GET: tuple[int, int, int, int, int]
    POST: tuple[int, int, int, int, int]
    PUT: tuple[int, int, int, int, int]
    PATCH: tuple[int, int, int, int, int]
    DELETE: tuple[int, int, int, int, int]


def own(**answers: int) -> Answers:
    """Describe an endpoint at which each person finds what is theirs, and a token only reads."""
    return Answers(
        **{
            method: (401, status, status, status if method == "GET" else 403, status)
            for method in METHODS
            for status in [answers.get(method, 405)]
        }
    )


def one(**answers: int) -> Answers:
    """Describe an endpoint of one capture, which is there for its owner alone."""
    return Answers(
        **{
            method: (401, missing, status, status if method == "GET" else 403, missing)
            for method in METHODS
            for status in [answers.get(method, 405)]
            for missing in [404 if method in answers else 405]
        }
    )


def page(**answers: int) -> Answers:
    """Describe a page of the person who is signed in; tokens do not open pages."""
    return Answers(
        **{
            method: (302, status, status, 302, status)
            for method in METHODS
            for status in [answers.get(method, 405)]
        }
    )


def page_of_one(**answers: int) -> Answers:
    """Describe a page of one capture."""
    return Answers(
        **{
            method: (302, missing, status, 302, missing)
            for method in METHODS
            for status in [answers.get(method, 405)]
            for missing in [404 if method in answers else 405]
        }
    )


def public(**answers: int) -> Answers:
    """Describe what anybody may read."""
    return Answers(**{method: (answers.get(method, 405),) * 5 for method in METHODS})


CAPTURE = "/api/v1/captures/<uuid:uuid>/"
MATRIX: dict[str, Answers] = {
    "/api/v1/captures/": own(GET=200, POST=400),
    "/api/v1/captures/batch/": own(POST=415),
    "/api/v1/captures/readings/": own(POST=400),
    "/api/v1/captures/words/": own(POST=400),
    CAPTURE: one(GET=200, PATCH=200, DELETE=204),
    f"{CAPTURE}restore/": Answers(  # the owner's capture is not in the trash
        GET=(401, 405, 405, 405, 405),
        POST=(401, 404, 404, 403, 404),
        PUT=(401, 405, 405, 403, 405),
        PATCH=(401, 405, 405, 403, 405),
        DELETE=(401, 405, 405, 403, 405),
    ),
    f"{CAPTURE}turn/": one(POST=400),
    f"{CAPTURE}photo/": one(GET=200),
    f"{CAPTURE}crop/": one(GET=200),
    f"{CAPTURE}thumbnail/": one(GET=200),
    f"{CAPTURE}explanation/": one(GET=200),
    f"{CAPTURE}explanation/picture/": one(GET=200),
    "/api/v1/changes/": own(GET=200),
    "/api/v1/review/": own(GET=200),
    "/api/v1/agreement/": own(GET=200),
    "/api/v1/detect/": own(POST=415),
    "/api/v1/today/": own(GET=200),
    "/api/v1/trends/": own(GET=200),
    "/api/v1/patterns/": own(GET=200),
    "/api/v1/tags/": own(GET=200),
    "/api/v1/tags/<int:id>/": one(GET=200, PATCH=200, DELETE=204),
    "/api/v1/tags/<int:id>/merge/": one(POST=400),
    "/api/v1/model/": public(GET=200),
    "/api/v1/models/": own(GET=200),
    "/api/v1/server/": public(GET=200),
    "/api/v1/consents/<consent_kind:kind>/": public(GET=200),
    "/api/v1/me/": own(GET=200, PATCH=200, DELETE=400),
    "/api/v1/me/deletion/": own(POST=400),
    "/api/v1/me/consents/<consent_kind:kind>/": own(PUT=400, DELETE=200),
    "/api/v1/me/import/": own(POST=415),
    "/api/v1/imports/": own(GET=200, POST=415),
    "/api/v1/imports/<uuid:uuid>/": one(GET=200),
    "/api/v1/imports/<uuid:uuid>/preview/": one(POST=409),  # it does not wait for a decision
    "/api/v1/imports/<uuid:uuid>/confirm/": one(POST=409),
    "/api/v1/imports/<uuid:uuid>/cancel/": one(POST=409),
    "/api/v1/imports/<uuid:uuid>/undo/": one(POST=202),
    "/api/v1/export/": Answers(  # a token exports only if it was made to
        GET=(401, 200, 200, 403, 200),
        **{name: (401, 405, 405, 403, 405) for name in METHODS if name != "GET"},
    ),
    "/api/v1/devices/": own(GET=200),
    "/api/v1/devices/<int:id>/": one(PATCH=400, DELETE=204),
    "/api/v1/security-events/": own(GET=200),
    "/api/v1/tokens/": own(GET=200, POST=400),
    "/api/v1/tokens/<int:id>/": one(DELETE=204),
    "/api/v1/reminders/": own(GET=200, POST=400),
    "/api/v1/reminders/<int:id>/": one(GET=200, PATCH=200, DELETE=204),
    "/api/v1/push-subscriptions/": own(GET=200, POST=400),
    "/api/v1/push-subscriptions/<int:id>/": one(DELETE=204),
    "/api/schema/": public(GET=200),
    "/api/docs/": public(GET=200),
    "/": Answers(
        GET=(200, 302, 302, 200, 302), **{name: (405,) * 5 for name in METHODS if name != "GET"}
    ),
    "/model/": public(GET=200),
    "/model/<path:version>/": public(GET=200),
    "/model-files/<str:sha256>": public(GET=200),
    "/healthz": public(GET=200),
    "/metrics": public(GET=404),  # no token is set
    "/readyz": public(GET=200),
    "/.well-known/security.txt": public(GET=200),
    "/.well-known/change-password": public(GET=302),
    "/consent/": page(GET=200, POST=422),
    "/today/": page(GET=200),
    "/today/question/": page(POST=302),
    "/capture/": page(GET=200, POST=422),
    "/live/": page(GET=200),
    "/words/": page(GET=200, POST=422),
    "/words/<day:on>/": page(GET=200, POST=422),
    "/appearance/": page(GET=200, POST=302),
    "/colours.css": page(GET=200),
    "/keeping/": page(GET=200, POST=422),
    "/language/": public(GET=302, POST=302, PUT=302, PATCH=302, DELETE=302),
    "/settings/language-and-time/": page(POST=422),
    "/service-worker.js": public(GET=200),
    "/manifest.webmanifest": public(GET=200),
    "/offline/": public(GET=200),
    "/privacy/": public(GET=200),
    "/terms/": public(GET=200),
    "/offline/line/": public(GET=200),
    "/offline/latest/": Answers(
        GET=(401, 200, 200, 401, 200),
        **{method: (405,) * 5 for method in METHODS if method != "GET"},
    ),
    "/offline/mending/<slug:language>/": public(GET=200),
    "/tags/": page(GET=200),
    "/tags/<int:number>/": page_of_one(GET=200, POST=422),
    "/tags/<int:number>/merge/<int:into>/": page_of_one(POST=302),
    "/tags/<int:number>/delete/": page_of_one(GET=200, POST=302),
    "/helping/": page(GET=200, POST=422),
    "/reminders/": page(GET=200, POST=422),
    "/reminders/<int:number>/": page_of_one(GET=200, POST=422),
    "/reminders/<int:number>/remove/": page_of_one(POST=302),
    "/reminders/stop/<str:sealed>/": public(GET=200, POST=200),  # the link is who they are
    "/agreement/": page(GET=200),
    "/data/": page(GET=200),
    "/data/export/": page(GET=200),
    "/data/import/": page(POST=422),
    "/data/imports/<uuid:uuid>/": page_of_one(GET=200),
    "/data/imports/<uuid:uuid>/decide/": page_of_one(POST=302),
    "/data/imports/<uuid:uuid>/undo/": page_of_one(GET=200, POST=302),
    "/trash/": page(GET=200),
    "/captures/delete/": page(POST=302),
    "/captures/restore/": page(POST=302),
    "/history/": page(GET=200),
    "/trends/": page(GET=200),
    "/trends/<slug:name>.csv": page(GET=200),
    "/trends/<int:number>/": page(GET=200),
    "/trends/<int:number>/year.csv": page(GET=200),
    "/review/<str:span>/<day:on>/": page(GET=200),
    "/settings/": page(GET=200),
    "/settings/devices/sign-out/": page(POST=302),
    "/settings/devices/<int:number>/sign-out/": page_of_one(GET=200, POST=302),
    "/settings/new-devices/": page(POST=302),
    "/settings/security-log/": page(GET=200),
    "/settings/not-me/<str:sealed>/": public(GET=410, POST=410),  # a link that is none
    "/settings/tokens/": page(POST=422),
    "/settings/tokens/<int:number>/revoke/": page_of_one(GET=200, POST=302),
    "/settings/delete-account/": page(GET=200, POST=422),
    "/settings/interrupted-form/": page(GET=302),
    "/days/<day:on>/": page(GET=200),
    "/captures/<uuid:uuid>/": page_of_one(GET=200),
    "/captures/<uuid:uuid>/photo": page_of_one(GET=200),
    "/captures/<uuid:uuid>/photo/<slug:version>": page_of_one(GET=200),
    "/captures/<uuid:uuid>/thumbnail": page_of_one(GET=200),
    "/captures/<uuid:uuid>/thumbnail/<slug:version>": page_of_one(GET=200),
    "/captures/<uuid:uuid>/edit/": page_of_one(POST=302),
    "/captures/<uuid:uuid>/why/": page_of_one(GET=200),
    "/captures/<uuid:uuid>/why.jpg": page_of_one(GET=200),
    "/captures/<uuid:uuid>/when/": page_of_one(GET=200, POST=422),
    "/captures/<uuid:uuid>/time/": page_of_one(POST=302),
    "/captures/<uuid:uuid>/turn/": page_of_one(POST=302),
    "/captures/<uuid:uuid>/delete/": page_of_one(GET=200, POST=302),
    "/captures/<uuid:uuid>/purge/": page_of_one(POST=404),
}
OF_LIBRARIES = ("/admin/", "/accounts/", "/api/auth/")
OPEN_PAGES = {
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/signup/",
    "/accounts/logout/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
}


def routes(patterns: list[URLPattern | URLResolver], before: str = "/") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= routes(pattern.url_patterns, path)
        else:
            found.add(path)
    return found


ROUTES = sorted(routes(get_resolver().url_patterns))
NOTHING = "/^api/(?:auth|v1)/"  # every other address below the API, which is none
OURS = [route for route in ROUTES if not route.startswith((*OF_LIBRARIES, NOTHING))]


def test_every_route_of_ours_is_in_the_matrix() -> None:
    assert set(OURS) == set(MATRIX)


@pytest.fixture
def theirs(owner: User) -> dict[str, Any]:
    """The names of what is the owner's, as addresses have them."""
    capture = recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )
    capture.clock_of_photo = capture.taken_at
    capture.save()
    token, _ = create_token(person=owner, name="theirs", scope="read", days=1)
    signed_in(Client(), owner).get("/today/")  # which makes the device known
    device = UserSession.objects.get(user=owner)
    return {
        "uuid": capture.uuid,
        "imports": factories.file_import(owner).uuid,
        "kind": "use",
        "language": "de",
        "on": "2026-03-14",
        "span": "week",
        "name": "moods",
        "version": active_version().name,
        "sha256": active_version().sha256,
        "year": 2026,
        "devices": device.pk,
        "tokens": token.pk,
        "reminders": factories.push_reminder(owner).pk,
        "tags": Tag.objects.create(owner=owner, name="rain").pk,
        "push-subscriptions": factories.push_subscription(owner).pk,
        "sealed": unsubscribe_link(owner=owner, way=Reminder.Way.PUSH).split("/")[-2],
    }


@pytest.fixture
def clients(owner: User, other: User) -> dict[str, Any]:
    administrator = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    _, secret = create_token(person=owner, name="reader", scope="read", days=1)
    return {
        "nobody": APIClient(),
        "other": signed_in(APIClient(), other),
        "owner": signed_in(APIClient(), owner),
        "reader": APIClient(headers={"Authorization": f"Bearer {secret}"}),
        "administrator": signed_in(APIClient(), administrator),
    }


@pytest.mark.parametrize("below", ["/api/", "/"])
def test_each_role_is_answered_as_the_matrix_says(
    below: str, theirs: dict[str, Any], clients: dict[str, Any]
) -> None:
    """All of them in one test, since what addresses name takes as long to make as a route."""
    routes = [route for route in OURS if route.startswith("/api/") == (below == "/api/")]
    expected = {route: MATRIX[route] for route in routes}
    assert {route: answers(address(route, theirs), clients) for route in routes} == expected


def test_head_is_answered_as_get_is(theirs: dict[str, Any], clients: dict[str, Any]) -> None:
    """RFC 9110, 9.3.2."""
    expected = {route: MATRIX[route].GET for route in OURS}
    paths = {route: address(route, theirs) for route in OURS}
    assert {route: statuses("HEAD", path, clients) for route, path in paths.items()} == expected


def address(route: str, theirs: dict[str, Any]) -> str:
    """Fill in the names of what is the owner's."""
    kinds = ("devices", "tokens", "reminders", "push-subscriptions", "tags")
    of_what = next((kind for kind in kinds if f"/{kind}/" in route), "year")
    values = theirs | dict.fromkeys(("id", "number", "into"), theirs[of_what])
    if "/imports/" in route:
        values["uuid"] = theirs["imports"]
    return re.sub(r"<\w+:(\w+)>", lambda found: str(values[found[1]]), route)


def answers(path: str, clients: dict[str, Any]) -> Answers:
    return Answers(**{method: statuses(method, path, clients) for method in METHODS})


def statuses(method: str, path: str, clients: dict[str, Any]) -> tuple[int, int, int, int, int]:
    """Send an empty request as each role, and take back whatever it has changed."""
    found = []
    for role in ROLES:
        with transaction.atomic():
            body = "" if method == "HEAD" else "{}"
            answer = clients[role].generic(method, path, body, content_type="application/json")
            if answer.streaming:
                list(answer.streaming_content)  # as browsers do, which ends its turn
            transaction.set_rollback(True)
        found.append(answer.status_code)
    nobody, other, owner, reader, administrator = found
    return nobody, other, owner, reader, administrator


def simple(route: str) -> bool:
    return not re.search(r"[<(^\\]", route)


@pytest.mark.parametrize("route", [r for r in ROUTES if r.startswith("/admin/") and simple(r)])
def test_only_administrators_come_into_the_admin(route: str, clients: dict[str, Any]) -> None:
    for role in ("nobody", "reader"):
        sent = clients[role].get(route, follow=True)
        assert sent.redirect_chain[-1][0].startswith("/accounts/login/")
    for role in ("other", "owner"):
        assert clients[role].get(route, follow=True).status_code == 403
    assert clients["administrator"].get(route).status_code in {200, 302, 403, 405}


@pytest.mark.parametrize("route", [r for r in ROUTES if r.startswith("/accounts/") and simple(r)])
def test_pages_about_an_account_ask_nobody_in_but_those_that_must(route: str, db: None) -> None:
    answer = Client().get(route)
    if route in OPEN_PAGES:
        assert answer.status_code in {200, 302}
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
