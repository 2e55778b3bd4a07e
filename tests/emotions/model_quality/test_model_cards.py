"""Every network that answers or did has a public page, made from the registry alone."""

import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from emotions.model_quality import model_cards
from emotions.model_quality.model_cards import (
    dataset_rows,
    weaknesses_on_faces,
    weaknesses_on_photos,
)
from emotions.models import Feeling
from ml import registry
from ml.models import ModelVersion
from ml.registry import active
from ml.registry.history import served_versions
from tests.ml import versions

pytestmark = pytest.mark.django_db


@pytest.fixture
def second() -> ModelVersion:
    active.reset()
    ModelVersion.objects.update(answers=[versions.answers(0.30).to_json()])
    return registry.register(versions.files("second", wrong=0.25), made_by="ada")


def page(client: Client, name: str) -> str:
    answer = client.get(f"/model/{name}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_version_gets_its_page_once_it_answers_and_keeps_it(
    client: Client, second: ModelVersion
) -> None:
    first = registry.active_version()
    assert client.get("/model/second/").status_code == 404
    registry.promote(second, by="ada@example.org", reason="a secret reason")
    now, before = page(client, "second"), page(client, first.name)
    assert "an earlier version" not in now
    assert f"This is {first.name}, an earlier version." in before
    for shown in (now, before):
        assert f"/model/{first.name}/" in shown
        assert "/model/second/" in shown
        assert "ada@example.org" not in shown
        assert "a secret reason" not in shown
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')  # of the choice of a language
    assert token.sub("", client.get("/model/").content.decode()) == token.sub("", now)


def test_the_times_of_a_version_follow_its_promotions(second: ModelVersion) -> None:
    first = registry.active_version()
    registry.promote(second, by="ada")
    registry.roll_back(by="ada")
    periods = {served.version: served.periods for served in served_versions()}
    assert list(periods) == [first, second]
    latest, earliest = periods[first]
    (between,) = periods[second]
    assert latest.until is None
    assert (earliest.until, between.until) == (between.since, latest.since)


def test_the_page_shows_the_card(client: Client) -> None:
    version = registry.active_version()
    shown = page(client, version.name)
    matrix = version.card["evaluation"]["confusion_matrix"]
    table = shown.split("What it confuses")[1].split("</table>")[0]
    for row in matrix:
        for count in (*row, sum(row)):
            assert f'<td class="number">{count}</td>' in table
    ModelVersion.objects.update(looks=37)
    assert "looked at 37 times" in page(client, version.name)
    assert "also used the validation photos" in shown  # it is a refit
    counts = version.card["dataset"]["counts"]["train"]
    assert f'<td class="number">{sum(counts.values())}</td>' in shown


def test_the_page_tells_first_how_often_it_is_right_on_photos(client: Client) -> None:
    version = registry.active_version()
    shown = page(client, version.name)
    photos = version.card["photos"]
    low, high = photos["accuracy"]["interval"]
    first, rest = shown.split('id="photos"')
    assert f"{100 * photos['accuracy']['share']:.1f}% of the time" in first
    assert f"{100 * low:.1f} to {100 * high:.1f}%" in first
    assert f"{100 * photos['sets']['share']:.0f}% of the time" in first
    on_photos, on_faces = rest.split('id="each"')
    sad = photos["per_class"]["sad"]["recall"]
    assert f"{100 * sad['share']:.0f}% ({100 * sad['interval'][0]:.0f}&nbsp;to" in on_photos
    assert version.card["dataset"]["name"] in on_faces
    evaluation = version.card["evaluation"]
    for accuracy in (evaluation["accuracy"], evaluation["shown"]["accuracy"]):
        assert f"{100 * accuracy:.1f}% of the time" in on_faces


@pytest.mark.parametrize("detector", ["blazeface", "cascades", "yunet"])
def test_the_page_says_where_the_figures_are_of_another_detector(
    client: Client, monkeypatch: pytest.MonkeyPatch, detector: str
) -> None:
    monkeypatch.setattr(model_cards, "detector_name", lambda: detector)
    version = registry.active_version()
    told = "which this site doesn't use" in page(client, version.name)
    assert told == (version.card["photos"]["detector"] != detector)


def test_no_figure_is_or_rounds_to_a_hundred(client: Client, second: ModelVersion) -> None:
    certain = {"share": 1.0, "interval": [0.996, 1.0], "images": 3}
    card = second.card
    card["photos"] |= dict.fromkeys(("accuracy", "right_answers", "sets"), certain)
    for row in card["photos"]["per_class"].values():
        row |= {"recall": certain, "precision": certain}
    card["evaluation"]["shown"] |= {"accuracy": 0.99951, "accuracy_answered": 1.0}
    second.save()
    registry.promote(second, by="ada")
    shown = page(client, "second")
    assert "99.9% of the time" in shown
    assert not re.search(r"\b100(\.0)? ?%", shown)


def test_a_version_that_is_never_sure_or_always_has_no_empty_figures(
    client: Client, second: ModelVersion
) -> None:
    unknown = {"share": None, "interval": None, "images": 0}
    second.card["photos"] |= dict.fromkeys(("right_answers", "sets"), unknown)
    second.save()
    registry.promote(second, by="ada")
    assert "None%" not in page(client, "second")


def test_the_page_tells_the_accuracy_without_faces_that_it_learned_from(client: Client) -> None:
    version = registry.active_version()
    twins = version.card["evaluation"]["without_twins"]
    assert f"on the other {twins['images']} it's {100 * twins['accuracy']:.1f}%" in page(
        client, version.name
    )


def test_a_version_without_photos_shows_what_it_has(client: Client, second: ModelVersion) -> None:
    second.card.pop("photos")
    second.card["evaluation"]["shown"]["accuracy_answered"] = None
    second.save()
    registry.promote(second, by="ada")
    shown = page(client, "second")
    assert "photos like yours hasn't been measured" in shown
    assert 'id="photos"' not in shown
    assert 'id="each"' in shown


def test_a_version_that_was_never_measured_says_so(client: Client, second: ModelVersion) -> None:
    registry.promote(second, by="ada")
    unknown = {"evaluation", "photos"}
    card = {key: value for key, value in second.card.items() if key not in unknown}
    ModelVersion.objects.filter(pk=second.pk).update(card={**card, "dataset": {}})
    shown = page(client, "second")
    assert "never been tested on photos" in shown
    assert "What it confuses" not in shown
    assert "What it learned from" not in shown


def test_a_name_with_a_slash_has_a_page_too(client: Client, second: ModelVersion) -> None:
    ModelVersion.objects.filter(pk=second.pk).update(name="fine/tuned 1")
    registry.promote(ModelVersion.objects.get(pk=second.pk), by="ada")
    assert "fine/tuned 1" in page(client, "fine/tuned%201")


def test_weaknesses_on_photos_are_emotions_found_less_than_half_the_time() -> None:
    def found(share: float | None, images: int) -> dict[str, dict[str, object]]:
        return {"recall": {"share": share, "images": images}}

    per_class = {"sad": found(0.4, 25), "happy": found(0.5, 100), "fear": found(None, 0)}
    assert list(weaknesses_on_photos(per_class)) == [
        "On photos, it recognised 10 of 25 labelled “Sad”."
    ]


def test_weaknesses_on_faces_are_frequent_mistakes_and_few_faces() -> None:
    matrix = [[0] * 7 for _ in Feeling]
    for place in range(7):
        matrix[place][place] = 100
    assert list(weaknesses_on_faces(matrix)) == []
    matrix[0][5] = 30
    matrix[1] = [0, 40, 0, 0, 0, 0, 0]
    assert list(weaknesses_on_faces(matrix)) == [
        "Of 100 small grey faces labelled “Angry”, it calls 23 “Sad”.",
        "Only 40 small grey test faces are labelled “Disgusted”, so their figures are rough.",
    ]


def test_splits_that_are_missing_are_left_out() -> None:
    (only,) = dataset_rows({"counts": {"train": {"happy": 3, "sad": 2}}})
    assert (only["total"], only["cells"]) == (5, [0, 0, 0, 3, 0, 2, 0])


def test_the_api_tells_the_same(owner_api: APIClient, second: ModelVersion) -> None:
    first = registry.active_version()
    assert [one["name"] for one in owner_api.get("/api/v1/models/").json()] == [first.name]
    registry.promote(second, by="ada")
    now, before = owner_api.get("/api/v1/models/").json()
    assert (now["name"], before["name"]) == ("second", first.name)
    assert now["answered"][0]["until"] is None
    assert before["answered"][0]["until"] == now["answered"][0]["since"]
    assert now["card"] == second.card
    assert APIClient().get("/api/v1/models/").status_code == 401
