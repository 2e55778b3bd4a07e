"""The reader in the browser: what it reads, where its files come from, and how it fails."""

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from accounts.models import User
from ml.registry import active_version, promote, register
from ml.registry.conformance import conformance_pack
from tests.browser.conftest import evaluate, sign_in
from tests.ml import versions

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

LOAD = """
    async () => {
        const { loadReader } = await import("/static/js/reader/reader.js");
        const shares = [];
        try {
            window.reader = await loadReader({ onProgress: (share) => shares.push(share) });
        } catch ({ name, reason }) {
            return { name, reason };
        }
        return { version: window.reader.version.name, shares };
    }
"""
READ = """
    async ([method, picture]) => {
        const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
        return window.reader[method](await createImageBitmap(new Blob([bytes])));
    }
"""


HEAP = """
    async () => {
        const config = JSON.parse(document.getElementById("reader-config").textContent);
        const { getGlobalLiteRt } = await import(config.module);
        for (let height = 60; height <= 320; height += 20) {
            const canvas = Object.assign(document.createElement("canvas"), { width: 320, height });
            await window.reader.readFrame(canvas);
        }
        return getGlobalLiteRt().liteRtWasm.HEAPU8.length;
    }
"""
"""Reads pictures of many shapes, and tells how much memory the runtime has."""


def open_capture(page: Page, owner: User) -> None:
    sign_in(page, owner, path="/capture/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def of_reader(request: Request) -> bool:
    return any(part in request.url for part in ("/reader/", "litert", "model"))


def pictures_of(pack: bytes) -> tuple[dict[str, float], list[tuple[dict[str, Any], str]]]:
    """Return the tolerance of a pack, and each picture with what it has to give."""
    with zipfile.ZipFile(io.BytesIO(pack)) as files:
        expected = json.loads(files.read("expected.json"))
        pictures = [
            (picture, base64.b64encode(files.read(picture["file"])).decode())
            for picture in expected["pictures"]
        ]
    return expected["tolerance"], pictures


def test_it_reads_what_the_server_reads(page: Page, owner: User) -> None:
    open_capture(page, owner)
    evaluate(page, LOAD)
    version = active_version()
    told = page.request.get("/api/v1/model/").json()["conformance"]
    tolerance, pictures = pictures_of(page.request.get(told["url"]).body())
    for expected, picture in pictures:
        read = evaluate(page, READ, ["read", picture])
        file = expected["file"]
        assert (read["width"], read["height"]) == (expected["width"], expected["height"])
        assert read["version"] == {"name": version.name, "sha256": version.sha256}
        assert len(read["faces"]) == len(expected["faces"]), file
        for face, wanted in zip(read["faces"], expected["faces"], strict=True):
            reach = tolerance["box"] * wanted["box"]["width"]
            assert face["box"] == pytest.approx(wanted["box"], abs=reach), file
            assert face["roll"] == pytest.approx(wanted["roll"], abs=tolerance["roll"]), file
            shares = pytest.approx(wanted["probabilities"], abs=tolerance["probability"])
            assert face["probabilities"] == shares, file
            for said in ("emotion", "unsure", "set"):
                assert face[said] == wanted[said], file
            assert face["confidence"] == max(face["probabilities"].values())


def test_a_frame_of_a_live_view_is_read_by_the_first_look(page: Page, owner: User) -> None:
    open_capture(page, owner)
    evaluate(page, LOAD)
    _, pictures = pictures_of(conformance_pack(active_version()))
    faces = {
        expected["file"]: evaluate(page, READ, ["readFrame", picture])["faces"]
        for expected, picture in pictures
    }
    assert [face["emotion"] for face in faces["portrait.png"]] == ["happy"]
    assert faces["dark-upside-down.png"] == [], "which takes further looks"


def test_nothing_of_it_is_fetched_until_a_page_asks_and_then_all_of_it_once(
    page: Page, owner: User
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if of_reader(request) else None)
    open_capture(page, owner)
    page.wait_for_load_state("load")
    assert asked == []

    loaded = evaluate(page, LOAD)
    assert loaded["version"] == active_version().name
    assert loaded["shares"] == sorted(loaded["shares"])
    assert loaded["shares"][-1] == 1
    assert len([url for url in asked if url.endswith(".wasm")]) == 1
    assert len([url for url in asked if "/model-files/" in url]) == 2
    count = len(asked)
    assert evaluate(page, LOAD)["shares"] == []
    assert len(asked) == count


@pytest.mark.parametrize(
    "without", ["delete globalThis.WebAssembly", "WebAssembly.validate = () => false"]
)
def test_a_browser_that_cannot_is_unsupported_and_fetches_nothing(
    page: Page, owner: User, without: str
) -> None:
    page.add_init_script(without)
    open_capture(page, owner)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert evaluate(page, LOAD) == {"name": "ReaderUnavailable", "reason": "unsupported"}
    assert [url for url in asked if "/static/js/reader/" not in url] == []


def test_a_page_that_may_not_compile_is_unsupported(page: Page, owner: User) -> None:
    open_capture(page, owner)
    config = page.locator("#reader-config").text_content()
    page.goto("/today/")
    add = "(text) => document.body.append(Object.assign(document.createElement('script'), "
    evaluate(page, f"{add}{{ id: 'reader-config', type: 'application/json', text }}))", config)
    read = evaluate(page, LOAD)
    assert read == {"name": "ReaderUnavailable", "reason": "unsupported"}


@pytest.mark.parametrize("name", ["network", pytest.param("detector", marks=pytest.mark.slow)])
def test_a_damaged_file_is_not_used_until_it_comes_whole(
    page: Page, owner: User, name: str
) -> None:
    def damage(route: Route) -> None:
        content = bytearray(route.fetch().body())
        content[len(content) // 2] ^= 1
        route.fulfill(body=bytes(content), content_type="application/octet-stream")

    open_capture(page, owner)
    files = {file["name"]: file for file in page.request.get("/api/v1/model/").json()["files"]}
    page.route(files[name]["url"], damage)
    assert evaluate(page, LOAD) == {"name": "ReaderUnavailable", "reason": "damaged"}
    page.unroute_all()
    assert evaluate(page, LOAD)["version"] == active_version().name


@pytest.mark.parametrize(
    "missing",
    [
        "**/model-files/*",
        pytest.param("**/api/v1/model/", marks=pytest.mark.slow),
        pytest.param("**/*.wasm", marks=pytest.mark.slow),
    ],
)
def test_files_out_of_reach_are_fetched_at_the_next_try(
    page: Page, owner: User, missing: str
) -> None:
    open_capture(page, owner)
    page.route(missing, lambda route: route.fulfill(status=503))
    assert evaluate(page, LOAD) == {"name": "ReaderUnavailable", "reason": "offline"}
    page.unroute_all()
    assert evaluate(page, LOAD)["version"] == active_version().name


@pytest.mark.slow
def test_it_takes_no_more_memory_however_much_it_reads(page: Page, owner: User) -> None:
    open_capture(page, owner)
    evaluate(page, LOAD)
    _, second, *further = (evaluate(page, HEAP) for _ in range(6))
    assert set(further) == {second}


def test_a_promotion_reaches_the_next_page(page: Page, owner: User) -> None:
    open_capture(page, owner)
    assert evaluate(page, LOAD)["version"] == active_version().name
    version = register(versions.files("next"), made_by="test")
    promote(version, by="test", reason="to have another one", force=True)
    page.reload()
    assert evaluate(page, LOAD)["version"] == "next"
    _, pictures = pictures_of(conformance_pack(version))
    portrait = next(picture for expected, picture in pictures if expected["file"] == "portrait.png")
    read = evaluate(page, READ, ["read", portrait])
    assert read["version"] == {"name": "next", "sha256": version.sha256}
    assert [face["emotion"] for face in read["faces"]] == ["happy"]
