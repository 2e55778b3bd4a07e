"""Every chart is drawn, says what its table says, and both say what is in the database."""

import csv
import io
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import User
from common.time_zones import today_in
from emotions.models import Capture, Feeling, Tag
from ml.emotions import EMOTIONS, VALENCES
from tests import factories
from tests.browser.conftest import NOON_ZONE, evaluate, sign_in, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

DRAWN = """name => {
  const chart = Chart.getChart(document.querySelector(`[data-chart="chart-${name}"]`));
  return {
    labels: chart.data.labels ?? null,
    series: chart.data.datasets.map(({ label, data }) => [label ?? "", data]),
    fills: new Set(chart.data.datasets.map(({ backgroundColor }) => backgroundColor)).size,
  };
}"""


@pytest.fixture
def month(owner: User) -> list[Capture]:
    """Thirty days of moments with a face, words, both or a mood alone, some of them tagged."""
    chance = np.random.default_rng(11)
    piano = Tag.objects.create(owner=owner, name="piano")
    made = []
    for number in range(60):
        moment = timezone.now() - timedelta(days=int(chance.integers(0, 29)), minutes=number)
        shares = dict(zip(map(str, EMOTIONS), chance.dirichlet([0.5] * 7).tolist(), strict=True))
        capture = factories.capture(
            owner=owner,
            looks=shares if number % 4 else None,
            felt=str(chance.choice(EMOTIONS)) if number % 3 == 0 else None,
            mood=5 if number % 8 == 0 else None,
            taken_at=moment,
            time_zone=NOON_ZONE,
        )
        if number % 2:
            capture.tags.add(piano)
        made.append(capture)
    return made


def feeling(capture: Capture) -> str | None:
    seen = capture.detections.first()
    return capture.felt or (seen.emotion if seen else None)


def valence(capture: Capture) -> float | None:
    seen = capture.detections.first()
    if capture.mood:
        return (capture.mood - 3) / 2
    if capture.felt:
        return VALENCES[EMOTIONS[EMOTIONS.index(capture.felt)]]
    if seen is None:
        return None
    return sum(p * VALENCES[e] for p, e in zip(seen.probabilities, EMOTIONS, strict=True))


def drawn(page: Page, name: str) -> dict[str, Any]:
    canvas = page.locator(f"[data-chart='chart-{name}']")
    canvas.scroll_into_view_if_needed()
    wait_until(canvas, "canvas => Boolean(window.Chart?.getChart(canvas))")
    drawn: dict[str, Any] = evaluate(page, DRAWN, name)
    return drawn


def table(page: Page, name: str) -> list[list[str]]:
    figure = page.locator("figure").filter(has=page.locator(f'[data-chart="chart-{name}"]'))
    figure.locator("summary").click()
    rows = figure.locator("tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def test_each_chart_shows_what_the_database_holds(
    page: Page, owner: User, month: list[Capture]
) -> None:
    sign_in(page, owner)
    page.get_by_role("link", name="Trends").first.click()

    moods = drawn(page, "moods")
    assert moods["fills"] == 7
    counted = {label: sum(counts) for label, counts in moods["series"]}
    truth = Counter(one for capture in month if (one := feeling(capture)))
    assert counted == {str(one.label): truth[one.value] for one in Feeling}
    rows = table(page, "moods")
    assert {
        str(one.label): sum(int(row[at]) for row in rows) for at, one in enumerate(Feeling, start=1)
    } == counted

    by_day: dict[str, list[float]] = defaultdict(list)
    for capture in month:
        if (pleasant := valence(capture)) is not None:
            by_day[f"{capture.local_date.day} {capture.local_date:%b}"].append(pleasant)
    sentiment = drawn(page, "sentiment")
    _, values = sentiment["series"][0]
    means = dict(zip(sentiment["labels"], values, strict=True))
    assert {day: one for day, one in means.items() if one is not None} == {
        day: pytest.approx(mean(of_day), abs=0.006) for day, of_day in by_day.items()
    }
    assert None in means.values(), "a day without moments is a gap"
    assert len(table(page, "sentiment")) == len({capture.local_date for capture in month})

    assert (
        dict(
            zip(
                drawn(page, "distribution")["labels"],
                drawn(page, "distribution")["series"][0][1],
                strict=True,
            )
        )
        == counted
    )
    both = [c for c in month if c.felt and c.detections.exists()]
    felt = drawn(page, "felt")
    assert felt["series"][0][1] == [sum(c.felt == one for c in both) for one in Feeling.values]
    rows = table(page, "felt")
    assert [int(row[1]) for row in rows] == felt["series"][0][1]
    assert [int(row[2]) for row in rows] == felt["series"][1][1]

    cells = drawn(page, "hours")["series"][0][1]
    reader = ZoneInfo(NOON_ZONE)
    hours = Counter((c.local_date.weekday(), c.taken_at.astimezone(reader).hour) for c in month)
    assert {(cell["y"], cell["x"]): cell["moments"] for cell in cells} == hours

    saying = [(capture, how) for capture in month if (how := valence(capture)) is not None]
    tagged = [how for capture, how in saying if capture.tags.exists()]
    others = [how for capture, how in saying if not capture.tags.exists()]
    [row] = table(page, "tags")
    assert row[:2] == ["piano", str(len(tagged))]
    assert float(row[2]) == pytest.approx(mean(tagged) - mean(others), abs=0.006)
    assert float(row[3]) < float(row[2]) < float(row[4])
    assert drawn(page, "tags")["series"][0][1] == [float(row[2])]


def test_a_year_is_a_link_away_and_opens_its_days(
    page: Page, owner: User, month: list[Capture]
) -> None:
    sign_in(page, owner)
    page.goto("/trends/")
    page.get_by_role("link", name="The year").click()
    cells = page.locator(".year__day:has(.face)")
    expect(page.get_by_role("table")).to_be_visible()
    this_year = {
        f"/days/{capture.local_date}/"
        for capture in month
        if feeling(capture) and capture.local_date.year == today_in(NOON_ZONE).year
    }
    assert {cell.get_attribute("href") for cell in cells.all()} == this_year
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        box = cells.first.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
        assert page.locator("html").evaluate("html => html.scrollWidth") <= width
    day = cells.first.get_attribute("href")
    cells.first.click()
    page.wait_for_url(f"**{day}")


def test_a_chart_is_saved_as_a_drawing_and_as_a_table(
    page: Page, owner: User, month: list[Capture], tmp_path: Path
) -> None:
    sign_in(page, owner)
    page.goto("/trends/")
    drawn(page, "moods")
    figure = page.locator("figure").first
    figure.locator("summary").click()
    with page.expect_download() as drawing:
        figure.get_by_role("button", name="Download image").click()
    assert drawing.value.suggested_filename == "moods.png"
    drawing.value.save_as(tmp_path / "moods.png")
    with Image.open(tmp_path / "moods.png") as saved_drawing:
        pixels = np.asarray(saved_drawing.convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20, "something is drawn"
    with page.expect_download() as saved:
        figure.get_by_role("link", name="Download table").click()
    saved.value.save_as(tmp_path / "moods.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "moods.csv").read_text())))
    shown = [row.locator("th, td").all_inner_texts() for row in figure.locator("tbody tr").all()]
    assert rows[1:] == shown


def test_charts_follow_the_theme(page: Page, owner: User, month: list[Capture]) -> None:
    sign_in(page, owner)
    page.emulate_media(color_scheme="light")
    page.goto("/trends/")
    drawn(page, "moods")
    colour = "() => Chart.getChart(document.querySelector('canvas')).data.datasets[0].borderColor"
    light = evaluate(page, colour)
    page.emulate_media(color_scheme="dark")
    wait_until(page, f"light => ({colour})() !== light", light)


def test_a_review_is_ready_for_paper(page: Page, owner: User, month: list[Capture]) -> None:
    sign_in(page, owner)
    page.goto("/trends/")
    page.get_by_role("link", name="Review of the month").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{today_in(NOON_ZONE):%B %Y}")
    page.emulate_media(media="print")
    expect(page.locator(".places")).to_be_hidden()
    expect(page.locator(".review__day").first).to_be_visible()
