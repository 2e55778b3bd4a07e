"""The guide's commands and the example client do what they say, on a running site."""

import json
import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.pictures import astronaut_jpeg
from tests.sites import ROOT, Site, worker

pytestmark = pytest.mark.xdist_group("sites")
GUIDE = ROOT / "docs" / "api.md"
CLIENT = ROOT / "examples" / "sync_client.py"


def test_the_walk_of_the_guide_works_as_it_is_written(
    shared_site: Site, shared_address: str, tmp_path: Path
) -> None:
    (tmp_path / "selfie.jpg").write_bytes(astronaut_jpeg())
    commands = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(commands) > 8
    script = "\n".join(commands).replace("http://127.0.0.1:8000", shared_address)
    with worker(shared_site):
        walked = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert (tmp_path / "photo.jpg").read_bytes().startswith(b"\xff\xd8")
    assert (tmp_path / "face.jpg").read_bytes().startswith(b"\xff\xd8")
    assert json.loads((tmp_path / "capture.json").read_text())["felt"] == "happy"
    with zipfile.ZipFile(tmp_path / "everything.zip") as packed:
        captures = json.loads(packed.read("captures.json"))
    assert {capture["note"] for capture in captures} == {
        "",
        "Only smiling for it.",
        "Slept badly.",
        "On the train.",
    }


def client(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CLIENT, *map(str, arguments)], check=False, capture_output=True, text=True
    )


def test_two_example_clients_that_record_offline_end_equal(
    shared_site: Site, shared_address: str, tmp_path: Path
) -> None:
    photo = tmp_path / "selfie.jpg"
    photo.write_bytes(astronaut_jpeg())
    (tmp_path / "broken.jpg").write_bytes(b"nonsense")
    token = shared_site.python(
        "from django.core.management import call_command\n"
        "from tests import factories\n"
        "factories.person('two@example.org')\n"
        "call_command('create_token', 'two@example.org', '--write')"
    ).split()[-1]
    first, second = tmp_path / "first", tmp_path / "second"
    line = ("--site", shared_address, "--token", token)

    assert client(first, "record", photo, "--felt", "sad", "--tag", "home").returncode == 0
    assert client(first, "record", tmp_path / "broken.jpg").returncode == 0
    assert client(second, "record", "--mood", 4, "--note", "On the train.").returncode == 0
    assert len(list((first / "waiting").iterdir())) == 4
    assert client(first, "sync", "--site", "http://127.0.0.1:9", "--token", token).returncode
    assert len(list((first / "waiting").iterdir())) == 4
    for folder in (first, second, first):
        synced = client(folder, "sync", *line)
        assert synced.returncode == 0, synced.stderr
    assert not list((first / "waiting").iterdir())
    (problem,) = (first / "refused").glob("*.problem")
    assert json.loads(problem.read_text())["code"] == "unsupported_type"

    (_, held, others), (_, *held_too) = (
        json.loads((folder / "copy.json").read_text()) for folder in (first, second)
    )
    assert [held, others] == held_too
    assert len(held) == 2
    assert {name.partition("/")[0] for name in others} == {"tag", "settings", "consent"}
    assert "looks happy feels sad" in client(first, "list").stdout


def test_example_clients_change_the_same_moments_offline_and_agree(
    shared_site: Site, shared_address: str, tmp_path: Path
) -> None:
    photo = tmp_path / "selfie.jpg"
    photo.write_bytes(astronaut_jpeg())
    token = shared_site.python(
        "from django.core.management import call_command\n"
        "from tests import factories\n"
        "factories.person('change@example.org', consented=False)\n"
        "call_command('create_token', 'change@example.org', '--write')"
    ).split()[-1]
    module = runpy.run_path(str(CLIENT))
    first, second = (module["Diary"](tmp_path / name) for name in ("first", "second"))

    def sync(*diaries: Any) -> None:
        for diary in diaries:
            diary.sync(shared_address, token)

    looks, words = first.record(photo), first.record(None, mood=3)
    sync(first)
    assert set(first.captures) == {words}
    assert len(list(first.waiting.iterdir())) == 2, "the photo waits for consent"
    shared_site.python(
        "from accounts.consents import give_consent\n"
        "from accounts.models import Consent, User\n"
        "person = User.objects.get(email='change@example.org')\n"
        "give_consent(person=person, kind=Consent.Kind.USE)"
    )
    sync(first, second)
    assert set(second.captures) == {looks, words}

    # Both edit the same one: what either has written stays.
    first.edit(words, note="One.", tags=["a"])
    second.edit(words, note="Two.", tags=["b"], mood=5)
    sync(first, second, first)
    merged = first.captures[words]
    assert (merged["note"], merged["tags"], merged["mood"]) == ("One.\nTwo.", ["a", "b"], 5)
    assert first.captures == second.captures

    # What has been written meanwhile outlives a deletion; a later one counts.
    first.delete(looks)
    second.edit(looks, note="Stay.")
    sync(second, first)
    assert first.captures[looks]["note"] == "Stay."
    first.edit(words, mood=1)
    first.edit(words, mood=2)
    first.delete(looks)
    sync(first, second)
    assert second.captures == first.captures == {words: first.captures[words]}
    assert first.captures[words]["mood"] == 2
    second.restore(looks)
    sync(second, first)
    assert set(first.captures) == {looks, words}

    # A cursor that the server cannot know, as after a restored backup.
    second.cursor = "YWZ0ZXI6OTk5OTk5"
    second.captures["gone"] = first.captures[words]
    sync(second)
    assert second.captures == first.captures
    for diary in (first, second):
        assert not [*diary.waiting.iterdir(), *diary.refused.iterdir()]


def test_example_clients_change_settings_tags_and_reminders_offline_and_agree(
    shared_site: Site, shared_address: str, tmp_path: Path
) -> None:
    token = shared_site.python(
        "from django.core.management import call_command\n"
        "from tests import factories\n"
        "factories.person('others@example.org')\n"
        "call_command('create_token', 'others@example.org', '--write')"
    ).split()[-1]
    line = ("--site", shared_address, "--token", token)
    first, second = tmp_path / "first", tmp_path / "second"

    def run(folder: Path, *arguments: object) -> None:
        ran = client(folder, *arguments)
        assert ran.returncode == 0, ran.stderr

    def held(folder: Path) -> dict[str, Any]:
        assert not [*(folder / "waiting").iterdir(), *(folder / "refused").iterdir()]
        others: dict[str, Any] = json.loads((folder / "copy.json").read_text())[2]
        return others

    run(first, "record", "--mood", 4, "--tag", "rain")
    run(first, "add", "reminder", "at=20:00", "days=[6, 7]")
    for folder in (first, second):
        run(folder, "sync", *line)
    names = {name.partition("/")[0]: name.partition("/")[2] for name in held(first)}

    # Both change the same: fields that only one of them names stay as that one said.
    run(first, "change", "settings", "me", "show_streak=true", "kept=crop")
    run(first, "change", "settings", "me", "keep_others=true")
    run(second, "change", "settings", "me", "kept=nothing")
    run(first, "change", "tag", names["tag"], "colour=teal")
    run(first, "change", "reminder", names["reminder"], "paused=true")
    run(second, "drop", "reminder", names["reminder"])
    for folder in (first, second, first):
        run(folder, "sync", *line)
    others = held(first)
    assert others == held(second)
    settings = others["settings/me"]
    told = (settings["kept"], settings["show_streak"], settings["keep_others"])
    assert told == ("nothing", True, True)
    assert others[f"tag/{names['tag']}"]["colour"] == "teal"
    # What has been changed meanwhile outlives a deletion; a later one counts.
    assert others[f"reminder/{names['reminder']}"]["paused"] is True
    run(second, "drop", "reminder", names["reminder"])
    for folder in (second, first):
        run(folder, "sync", *line)
        assert f"reminder/{names['reminder']}" not in held(folder)


def test_the_example_client_stays_small() -> None:
    assert len(CLIENT.read_text().splitlines()) < 350
