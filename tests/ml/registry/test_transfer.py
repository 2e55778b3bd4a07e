"""A version travels between installations in one file, and only as it was exported."""

import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ml import registry
from ml.inference.card import ModelFileError
from ml.models import ModelVersion
from ml.registry import transfer
from tests.ml import versions

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A file of a version that is no longer here."""
    version = registry.register(versions.files("travels"), made_by="ada")
    path = tmp_path / "travels.zip"
    transfer.export_version(version, path)
    version.delete()
    return path


def repacked(path: Path, **changed: bytes) -> Path:
    """Pack a file again with some of its content changed."""
    with zipfile.ZipFile(path) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    content |= {name.replace("_", "."): data for name, data in changed.items()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in content.items():
            packed.writestr(name, data)
    return path


def test_a_version_arrives_with_everything(exported: Path) -> None:
    assert not ModelVersion.objects.filter(name="travels").exists()
    version = transfer.import_version(exported, made_by="eve")
    files = versions.files("travels")
    assert (version.name, version.made_by) == ("travels", "ada")
    assert version.card == json.loads(files["card.json"])
    assert version.answers == json.loads(files["answers.json"])
    assert {artefact.name for artefact in version.artefacts.all()} == set(files)
    assert registry.predictor_of(version)
    assert transfer.import_version(exported, made_by="eve") == version


def test_the_bundled_version_can_be_exported_too(tmp_path: Path) -> None:
    transfer.export_version(registry.active_version(), tmp_path / "bundled.zip")
    assert zipfile.ZipFile(tmp_path / "bundled.zip").namelist()[0] == "version.json"


def test_a_file_that_was_changed_on_the_way_is_refused(exported: Path) -> None:
    repacked(exported, emotion_tflite=b"another network")
    with pytest.raises(ModelFileError, match=r"emotion\.tflite is not the file that was exported"):
        transfer.import_version(exported, made_by="eve")
    assert not ModelVersion.objects.filter(name="travels").exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 half a file", b"\0" * 100], ids=["empty", "cut", "zeros"]
)
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="expected a file that export_model wrote"):
        transfer.import_version(path, made_by="eve")


def test_a_manifest_that_lies_or_is_missing_is_refused(exported: Path, tmp_path: Path) -> None:
    repacked(exported, version_json=b'{"made_by": "eve", "sha256": {"gone.png": "0"}}')
    with pytest.raises(ModelFileError, match="expected a file that export_model wrote"):
        transfer.import_version(exported, made_by="eve")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(ModelFileError, match="expected a file that export_model wrote"):
        transfer.import_version(tmp_path / "empty.zip", made_by="eve")


def test_a_file_that_is_packed_like_a_bomb_is_refused(exported: Path) -> None:
    with zipfile.ZipFile(exported, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("curves-2.png", b"\0" * (transfer.MAX_BYTES + 1))
    with pytest.raises(ModelFileError, match="has more than 200 MB unpacked"):
        transfer.import_version(exported, made_by="eve")


def test_the_folder_of_a_run_can_be_imported(tmp_path: Path) -> None:
    for name, content in (versions.files("trained") | {"best.keras": b"", "log.csv": b""}).items():
        (tmp_path / name).write_bytes(content)
    version = transfer.import_version(tmp_path, made_by="ada")
    assert (version.name, version.made_by, version.artefacts.count()) == ("trained", "ada", 4)


def test_the_commands_export_and_import(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_model", exported)
    assert "Registered: travels." in capsys.readouterr().out
    call_command("export_model", "travels", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").exists()
    with pytest.raises(CommandError, match="received nonsense"):
        call_command("export_model", "nonsense")
    with pytest.raises(CommandError, match="expected a file that export_model wrote"):
        call_command("import_model", tmp_path / "missing.zip")
