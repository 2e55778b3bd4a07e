"""The card of the network that answers, and its files for devices, through the API."""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.test import Client
from rest_framework.test import APIClient

from ml.inference import blazeface
from ml.inference.card import Card
from ml.models import Artefact
from ml.registry import active_version, get_version, promote, register
from tests.ml import versions

pytestmark = pytest.mark.django_db
URL = "/api/v1/model/"


def promote_next() -> None:
    version = register(versions.files("next"), made_by="test")
    promote(version, by="test", reason="to have another one", force=True)


def test_the_card_of_the_network_that_answers_is_told(owner_api: APIClient) -> None:
    told = owner_api.get(URL).json()
    assert told["name"] == active_version().name
    assert told["card"] == active_version().card


def test_nobody_needs_an_account_to_learn_how_to_read_on_a_device() -> None:
    told = APIClient().get(URL).json()
    card = Card.from_facts(active_version().card)
    assert told["sha256"] == card.sha256
    assert told["shown"] == card.shown
    assert told["unsure_below"] == card.unsure_below
    assert told["set_mass"] == card.set_mass
    assert told["emotions"] == card.facts["emotions"]
    numbers = told["preprocessing"]
    assert (numbers["input_side"], numbers["face_margin"]) == (card.input_size, card.face_margin)
    assert (numbers["box_scale"], numbers["box_rise"]) == (1.25, 0.1)


def test_every_file_is_there_under_its_checksum_without_an_account_for_ever() -> None:
    told = APIClient().get(URL).json()
    assert [file["name"] for file in told["files"]] == ["network", "detector"]
    for file in [*told["files"], told["conformance"]]:
        sent = Client().get(file["url"])
        assert sent.status_code == 200
        assert hashlib.sha256(sent.content).hexdigest() == file["sha256"]
        assert len(sent.content) == file["size"]
        assert sent["Content-Type"] == file["media_type"]
        assert sent["Cache-Control"] == "public, max-age=31536000, immutable"
        assert sent["Cross-Origin-Resource-Policy"] == "same-origin"
        again = Client().get(file["url"], headers={"If-None-Match": sent["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_client_that_knows_the_version_is_sent_nothing_until_another_is_promoted() -> None:
    etag = APIClient().get(URL)["ETag"]
    assert APIClient().get(URL, headers={"If-None-Match": etag}).status_code == 304
    promote_next()
    assert APIClient().get(URL, headers={"If-None-Match": etag}).json()["name"] == "next"


def test_files_of_an_earlier_version_stay_there_after_a_promotion() -> None:
    earlier = active_version()
    promote_next()
    for version in (earlier, get_version("next")):
        sent = Client().get(f"/model-files/{version.sha256}")
        assert hashlib.sha256(sent.content).hexdigest() == version.sha256


def test_other_readers_prove_themselves_by_what_the_network_of_now_reads() -> None:
    pack = APIClient().get(URL).json()["conformance"]
    with ZipFile(BytesIO(Client().get(pack["url"]).content)) as archive:
        expected = json.loads(archive.read("expected.json"))
    assert expected["version"]["sha256"] == active_version().sha256


@pytest.mark.parametrize("sha256", ["0" * 64, "card.json", "elsewhere", "A" * 64])
def test_nothing_else_is_sent(sha256: str) -> None:
    assert Client().get(f"/model-files/{sha256}").status_code == 404


def test_a_version_that_never_served_is_not_sent() -> None:
    candidate = register(versions.files("candidate"), made_by="test")
    assert Client().get(f"/model-files/{candidate.sha256}").status_code == 404


def test_a_damaged_file_is_not_sent() -> None:
    Artefact.objects.update(sha256="0" * 64)
    assert Client().get(f"/model-files/{active_version().sha256}").status_code == 404


def test_there_is_no_detector_where_its_package_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(blazeface, "FILE", tmp_path / "missing.tflite")
    told = APIClient().get(URL).json()
    assert [file["name"] for file in told["files"]] == ["network"]
    assert told["conformance"] is None
    assert Client().get(f"/model-files/{blazeface.SHA256}").status_code == 404


def test_who_has_no_account_is_counted_by_network(settings: object) -> None:
    first = APIClient(REMOTE_ADDR="192.0.2.1").get(URL)["RateLimit"]
    second = APIClient(REMOTE_ADDR="192.0.2.1").get(URL)["RateLimit"]
    elsewhere = APIClient(REMOTE_ADDR="192.0.2.2").get(URL)["RateLimit"]
    assert first.split(";")[1] == elsewhere.split(";")[1] != second.split(";")[1]


def test_an_app_of_a_named_origin_may_read_the_files(settings: object) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]  # type: ignore[attr-defined]
    sent = Client().get(
        f"/model-files/{active_version().sha256}", headers={"Origin": "https://app.example.org"}
    )
    assert sent["Access-Control-Allow-Origin"] == "https://app.example.org"
