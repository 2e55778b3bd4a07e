"""The administrator's own pages shut nobody out, and their charts are drawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from emotions.model_quality.k_anonymity import MIN_PEOPLE
from ml import registry, training_queue
from ml.models import ModelVersion, TrainingRun
from ml.registry import active
from tests import factories
from tests.browser.conftest import sign_in, wait_until
from tests.browser.test_accessibility import accessibility_violations
from tests.emotions.model_quality.test_production_metrics import moment
from tests.ml import versions

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

DRAWN = "canvas => Boolean(window.Chart?.getChart(canvas))"


@pytest.fixture
def pages() -> list[str]:
    """The addresses of the administration, each with something on it."""
    active.reset()
    ModelVersion.objects.update(answers=[versions.answers(0.30).to_json()])
    candidate = registry.register(versions.files("candidate", wrong=0.25), made_by="ada")
    trial = registry.start_shadow(candidate, share=20, by="ada")
    run = training_queue.request_training(architecture="residual", epochs=3, by="ada")
    TrainingRun.objects.update(log="epoch 1/3", state=TrainingRun.State.RUNNING)
    for number in range(MIN_PEOPLE):
        person = User.objects.create(email=f"p{number}@example.org")
        for weeks in (1, 2):
            moment(person, datetime.now(UTC) - timedelta(days=7 * weeks), felt="happy")
    return [
        "/admin/",
        "/admin/wild/",
        "/admin/ml/trial/",
        "/admin/ml/trial/begin/",
        f"/admin/ml/trial/{trial.pk}/change/",
        "/admin/ml/promotion/",
        "/admin/ml/trainingrun/",
        "/admin/ml/trainingrun/ask/",
        f"/admin/ml/trainingrun/{run.pk}/change/",
        "/admin/ml/modelversion/",
        f"/admin/ml/modelversion/{candidate.pk}/change/",
    ]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_no_page_of_the_administration_shuts_anybody_out(
    page: Page, pages: list[str], scheme: Any
) -> None:
    administrator = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    sign_in(page, administrator)
    found = {}
    for path in pages:
        page.goto(path)
        found[path] = accessibility_violations(page)
    assert {path: violations for path, violations in found.items() if violations} == {}


def test_the_charts_are_drawn(page: Page, pages: list[str]) -> None:
    administrator = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    sign_in(page, administrator)
    page.goto("/admin/wild/")
    charts = page.locator("canvas[data-chart]")
    expect(charts).to_have_count(5)
    for place in range(5):
        charts.nth(place).scroll_into_view_if_needed()
        wait_until(charts.nth(place), DRAWN)
