"""Promotion goes through the gate, leaves a history, and can be taken back."""

import threading
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from ml import registry
from ml.inference.card import ModelFileError
from ml.models import ModelVersion, Promotion
from ml.registry import active
from tests.ml import versions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_process() -> None:
    """Forget what this process remembers of other tests."""
    active.reset()


@pytest.fixture
def judged() -> ModelVersion:
    """The active version, which the gate can compare others with."""
    version = registry.active_version()
    version.answers = [versions.answers(0.30).to_json()]
    version.save(update_fields=["answers"])
    return version


def registered(name: str, wrong: float, padding: int = 1) -> ModelVersion:
    return registry.register(versions.files(name, wrong=wrong, padding=padding), made_by="somebody")


def test_a_version_that_is_not_worse_is_promoted_with_who_and_why(judged: ModelVersion) -> None:
    better = registered("better", 0.25)
    promotion = registry.promote(better, by="ada", reason="reads sad faces better")
    assert registry.active_version() == better
    assert (promotion.previous, promotion.by, promotion.reason) == (
        judged,
        "ada",
        "reads sad faces better",
    )
    assert promotion.kind == Promotion.Kind.PROMOTED
    assert promotion.verdict is not None
    assert promotion.verdict["passed"]
    assert promotion.verdict["comparisons"][0]["macro_f1_gain"][0] > 0


def test_a_worse_version_is_refused_and_every_look_is_counted(judged: ModelVersion) -> None:
    worse = registered("worse", 0.45)
    for _ in range(2):
        with pytest.raises(registry.GateError, match="macro-F1 changes by -"):
            registry.promote(worse, by="ada")
    assert registry.active_version() == judged
    assert ModelVersion.objects.get(pk=worse.pk).looks == 3
    assert Promotion.objects.count() == 1


def test_forcing_takes_a_reason_and_is_recorded(judged: ModelVersion) -> None:
    worse = registered("worse", 0.45)
    with pytest.raises(ValueError, match="Expected a reason"):
        registry.promote(worse, by="ada", force=True)
    promotion = registry.promote(worse, by="ada", reason="for a demonstration", force=True)
    assert promotion.kind == Promotion.Kind.FORCED
    assert promotion.reason == "for a demonstration"
    assert promotion.verdict is not None
    assert promotion.verdict["objections"]


def test_without_a_common_test_set_the_gate_refuses() -> None:
    active_version = registry.active_version()
    active_version.answers = []
    active_version.save()
    with pytest.raises(registry.GateError, match="no test set that both"):
        registry.promote(registered("other", 0.1), by="ada")


def test_rolling_back_goes_step_by_step_to_what_answered_before(judged: ModelVersion) -> None:
    second, third = registered("second", 0.28), registered("third", 0.25, padding=2)
    registry.promote(second, by="ada")
    registry.promote(third, by="ada")
    assert registry.roll_back(by="ada", reason="complaints").version == second
    assert registry.active_version() == second
    assert registry.roll_back(by="ada").version == judged
    with pytest.raises(registry.NoModelError, match="No version was active before"):
        registry.roll_back(by="ada")
    assert [promotion.kind for promotion in Promotion.objects.order_by("pk")] == [
        "shipped",
        "promoted",
        "promoted",
        "rolled_back",
        "rolled_back",
    ]


def test_a_version_may_come_back_after_it_was_rolled_back(judged: ModelVersion) -> None:
    second = registered("second", 0.28)
    registry.promote(second, by="ada")
    registry.roll_back(by="ada")
    registry.promote(second, by="ada")
    assert registry.roll_back(by="ada").version == judged


@pytest.mark.parametrize("harm", ["damaged", "missing"])
def test_a_damaged_or_missing_file_is_refused_at_promotion(judged: ModelVersion, harm: str) -> None:
    second = registered("second", 0.28)
    path = Path(default_storage.path(str(second.artefacts.get(name="emotion.tflite").file)))
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(ModelFileError, match=r"second: .*emotion\.tflite"):
        registry.promote(second, by="ada", force=True, reason="in any case")
    assert registry.active_version() == judged


def test_what_answers_already_is_not_promoted(judged: ModelVersion) -> None:
    with pytest.raises(ValueError, match="answers already"):
        registry.promote(judged, by="ada")


@pytest.mark.django_db(transaction=True)
def test_promotions_at_the_same_moment_leave_one_active_version() -> None:
    registry.register_bundled()
    ModelVersion.objects.update(answers=[versions.answers(0.30).to_json()])
    candidates = [registered(f"v{number}", 0.25, padding=number) for number in range(1, 5)]
    failures: list[BaseException] = []

    def promote(version: ModelVersion) -> None:
        try:
            registry.promote(version, by="ada")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=promote, args=[version]) for version in candidates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert ModelVersion.objects.filter(active=True).count() == 1
    history = list(Promotion.objects.exclude(kind="shipped").order_by("pk"))
    assert len(history) == 4
    for before, after in pairwise(history):
        assert after.previous == before.version


def test_the_commands_promote_refuse_force_and_go_back(
    judged: ModelVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    registered("better", 0.25)
    registered("worse", 0.45, padding=2)
    call_command("promote_model", "better", "--by", "ada")
    told = capsys.readouterr().out
    assert f"better answers now; before: {judged.name}." in told
    assert "test faces, folder: macro-F1 0.75" in told
    with pytest.raises(CommandError, match=r"The gate refuses worse: .* --force REASON"):
        call_command("promote_model", "worse")
    call_command("promote_model", "worse", "--force", "to show it")
    assert "Against the gate: test faces, folder: macro-F1" in capsys.readouterr().out
    call_command("promote_model", "--rollback")
    assert "better answers now; before: worse." in capsys.readouterr().out
    call_command("list_models")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("*")] == ["*"]
    assert next(line for line in lines if line.startswith("*")).split()[1] == "better"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Expected the name of a version, or --rollback"),
        (["x", "--rollback"], "and not both"),
        (["nonsense"], "Expected a version among .*, received nonsense"),
        (["--rollback"], "No version was active before"),
    ],
)
def test_the_command_says_what_it_expected(
    judged: ModelVersion, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("promote_model", *arguments)
