"""Production metrics cover only weeks and groups of at least ten people."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.test import Client

from accounts.models import User
from emotions.model_quality import production_metrics
from emotions.model_quality.k_anonymity import MIN_PEOPLE
from emotions.model_quality.production_charts import production_charts
from emotions.models import Capture, Feeling
from ml import registry
from tests import factories
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
BEFORE = date(2026, 3, 30)  # a Monday
LAST_WEEK = datetime(2026, 3, 25, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
PAGE = "/admin/wild/"


@pytest.fixture
def people(db: None) -> list[User]:
    return [User.objects.create(email=f"p{n}@example.org") for n in range(MIN_PEOPLE + 2)]


def moment(
    person: User,
    at: datetime = LAST_WEEK,
    *,
    looks: str | None = "happy",
    felt: str | None = None,
    unsure: bool = False,
) -> Capture:
    capture = factories.capture(owner=person, felt=felt)
    if looks:
        factories.detection(capture=capture, looks=looks, unsure=unsure, milliseconds=4.0)
    Capture.objects.filter(pk=capture.pk).update(created_at=at)
    return capture


def report() -> production_metrics.Report:
    return production_metrics.compute_report(before=BEFORE)


def test_a_week_is_told_once_ten_people_are_in_it(people: list[User]) -> None:
    for person in people[: MIN_PEOPLE - 1]:
        moment(person)
        moment(person)
    assert report() == production_metrics.Report([], [])
    moment(people[MIN_PEOPLE - 1], looks=None)
    (week,) = report().weeks
    assert week.monday == date(2026, 3, 23)
    assert week.captures == 2.7
    assert (week.without_face.hits, week.without_face.of) == (1, 19)
    assert (week.unsure, week.drift, week.latency) == (None, None, None)  # nine people's faces


def test_figures_of_a_week(people: list[User]) -> None:
    for number, person in enumerate(people):
        moment(person, unsure=number < 3)
    (week,) = report().weeks
    assert week.unsure
    assert week.latency
    assert (week.unsure.percent, week.latency.median) == (25, 4.0)


def test_only_finished_weeks_photos_and_what_is_not_deleted_count(people: list[User]) -> None:
    monday = datetime(2026, 3, 30, tzinfo=UTC)
    for person in people:
        moment(person, monday)
        moment(person, monday - production_metrics.WEEKS * WEEK - timedelta(seconds=1))
        Capture.objects.filter(pk=moment(person).pk).update(source="manual")
        Capture.objects.filter(pk=moment(person).pk).update(deleted_at=monday)
    assert report().weeks == []
    for person in people:
        moment(person, monday - timedelta(seconds=1))
        moment(person, monday - production_metrics.WEEKS * WEEK)
    assert [week.monday for week in report().weeks] == [date(2026, 1, 5), date(2026, 3, 23)]


def test_a_week_that_is_not_told_is_in_no_sum(people: list[User]) -> None:
    for person in people:
        moment(person, felt="happy")
    for person in people[:9]:
        moment(person, LAST_WEEK - WEEK, felt="sad")
    (agreement,) = report().agreement
    assert agreement.overall
    assert (agreement.overall.hits, agreement.overall.of) == (12, 12)


def test_agreement_is_told_by_version_and_emotion(people: list[User]) -> None:
    for number, person in enumerate(people):
        moment(person, looks="happy", felt="happy" if number < 9 else "sad")
        moment(person, looks="sad", felt="sad")
    (agreement,) = report().agreement
    assert agreement.version == registry.active_version().name
    assert {one: share.percent for one, share in agreement.by_emotion.items()} == {
        Feeling.HAPPY: 75,
        Feeling.SAD: 100,
    }
    assert agreement.overall
    assert agreement.overall.of == 24


def test_where_an_emotion_is_left_out_so_is_the_sum_that_would_tell_it(people: list[User]) -> None:
    for person in people:
        moment(person, looks="happy", felt="happy")
    moment(people[0], looks="fear", felt="sad")
    (agreement,) = report().agreement
    assert list(agreement.by_emotion) == [Feeling.HAPPY]
    assert agreement.overall is None
    shown = production_charts(report())[-1]
    assert [row[0] for row in shown.rows] == ["Happy"]
    assert "Afraid" not in str(shown)


def test_drift_is_told_beside_what_chance_does(people: list[User]) -> None:
    for person in people:
        for _ in range(4):
            moment(person, LAST_WEEK - 2 * WEEK, looks="happy")
            moment(person, LAST_WEEK - WEEK, looks="happy")
            moment(person, LAST_WEEK, looks="sad")
    first, second, third = report().weeks
    assert first.drift is None
    assert (second.drift, second.by_chance) == (0.0, 0.0)
    assert third.drift == 1.0
    assert third.by_chance
    assert 0 < third.by_chance < 0.3


def test_the_distance_is_the_square_root_of_the_divergence() -> None:
    pair = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    assert production_metrics.jensen_shannon_distance(pair) == pytest.approx(np.sqrt(0.5))
    assert production_metrics.jensen_shannon_distance(pair[[0, 0]]) == 0


def test_the_page_shows_charts_with_their_tables(people: list[User]) -> None:
    for person in people:
        moment(person, datetime.now(UTC) - WEEK, felt="happy")
    administrator = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    client = signed_in(Client(), administrator)
    page = client.get(PAGE).content.decode()
    assert page.count("<canvas") == 5
    assert page.count("<table") == 5
    assert "@example.org" not in page.replace("admin@example.org", "")
    assert PAGE in client.get("/admin/").content.decode()


def test_the_page_says_where_there_is_nothing_to_tell() -> None:
    administrator = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    page = signed_in(Client(), administrator).get(PAGE).content.decode()
    assert "No week has had enough people yet." in page
    assert "<canvas" not in page


def test_nobody_else_sees_it(owner_client: Client) -> None:
    staff = signed_in(Client(), factories.person("staff@example.org", is_staff=True))
    assert [client.get(PAGE).status_code for client in (Client(), owner_client, staff)] == [
        302,
        302,
        403,
    ]
