"""The visible parts of the circle: helping, correcting, promoting and going back."""

from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import User
from emotions.models import Contribution
from ml import registry
from ml.models import ModelVersion
from ml.registry import active
from tests import factories, pictures
from tests.browser.conftest import sign_in
from tests.contributors import make_contributors
from tests.emotions.test_loop import right_about_new_faces, train
from tests.jobs import run_jobs
from tests.ml import faces, versions
from tests.ml.tiny import TINY

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


def test_somebody_helps_corrects_and_takes_it_back(page: Page, owner: User, tmp_path: Path) -> None:
    registry.register_bundled()
    sign_in(page, owner)
    page.goto("/settings/")
    page.get_by_role("link", name="Help improve readings").click()
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Start helping").click()
    expect(page.get_by_text("You're helping, with 0 moments so far.")).to_be_visible()

    page.goto("/capture/")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(pictures.astronaut_jpeg())
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Read my face").click()
    page.get_by_role("radio", name="Sad").check()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    run_jobs()
    assert Contribution.objects.get().felt == "sad"
    page.goto("/helping/")
    expect(page.get_by_text("You're helping, with 1 moment so far.")).to_be_visible()
    page.get_by_role("button", name="Stop helping and remove my faces").click()
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    assert not Contribution.objects.exists()


def test_an_administrator_promotes_what_learned_from_corrections_and_goes_back(page: Page) -> None:
    registry.register_bundled()
    first = registry.active_version()
    known = [versions.answers(0.30), versions.corrections(0.50)]
    ModelVersion.objects.update(answers=[answers.to_json() for answers in known])
    dataset = {
        "name": "faces + corrections",
        "personal": {"faces": 900, "people": 31, "share": 0.1},
    }
    files = versions.files("corrected", dataset=dataset)
    corrected = registry.register(files, made_by="ada")
    evaluations = [versions.answers(0.30), versions.corrections(0.30)]
    ModelVersion.objects.filter(pk=corrected.pk).update(
        answers=[answers.to_json() for answers in evaluations]
    )
    sign_in(page, factories.person("admin@example.org", is_staff=True, is_superuser=True))
    page.goto(f"/admin/ml/modelversion/{corrected.pk}/change/")
    expect(page.get_by_text("900 faces of 31 people")).to_be_visible()
    page.get_by_role("link", name="Promote…").click()
    expect(page.get_by_text("No objections.")).to_be_visible()
    expect(page.get_by_text("of 100 people: better")).to_be_visible()
    page.get_by_role("button", name="Promote").click()
    expect(page.get_by_text("corrected is now active.")).to_be_visible()
    page.get_by_role("link", name="Roll back…").click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text(f"{first} is active again.")).to_be_visible()
    assert registry.active_version() == first


@pytest.mark.slow
def test_the_whole_circle(page: Page, tmp_path: Path) -> None:
    active.reset()
    plain, mine = tmp_path / "plain.npz", tmp_path / "mine.npz"
    faces.dataset(train=30, validation=6, test=6).save(plain)
    first = ("--data", plain, "--architecture", TINY, "--epochs=8", "--learning-rate=0.003")
    train(*first, "--out", tmp_path / "before")
    call_command("promote_model", "before", "--force", "the first of its kind")
    assert right_about_new_faces(upside_down=True) < 0.5

    people = make_contributors(12, faces=14, upside_down=True)
    # One of them sees that they help, as everybody can.
    people[0].set_password(factories.PASSWORD)
    people[0].save()
    sign_in(page, people[0])
    page.goto("/helping/")
    expect(page.get_by_text("You're helping, with 14 moments so far.")).to_be_visible()
    page.context.clear_cookies()

    call_command("export_corrections", out=mine)
    learned = ("--data", plain, "--data", mine, "--start-from", "ACTIVE")
    chosen = ("--epochs=12", "--learning-rate=0.005", "--personal-weight=1")
    train(*learned, *chosen, "--out", tmp_path / "after")

    sign_in(page, factories.person("admin@example.org", is_staff=True, is_superuser=True))
    after = ModelVersion.objects.get(name="after")
    page.goto(f"/admin/ml/modelversion/{after.pk}/change/")
    page.get_by_role("link", name="Promote…").click()
    expect(page.get_by_text("No objections.")).to_be_visible()
    expect(page.get_by_text("people: better")).to_be_visible()
    page.get_by_role("button", name="Promote").click()
    expect(page.get_by_text("after is now active.")).to_be_visible()
    assert right_about_new_faces(upside_down=True) > 0.8
    assert right_about_new_faces(upside_down=False) > 0.9

    page.get_by_role("link", name="Roll back…").click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("before is active again.")).to_be_visible()
    assert right_about_new_faces(upside_down=True) < 0.5
