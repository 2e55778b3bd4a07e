"""Exporting a version to one file and importing it into another installation."""

import io
import json
import zipfile
from pathlib import Path

from common.files import atomic_write
from ml.inference.card import ModelFileError
from ml.models import ModelVersion
from ml.registry.artefacts import content
from ml.registry.versions import is_version_file, register, sha256_hex

MANIFEST = "version.json"
MAX_BYTES = 200 * 2**20


def export_version(version: ModelVersion, path: Path) -> None:
    """Write the files of a version and a manifest with their checksums into a zip archive.

    Raises:
        ModelFileError: a file of the version is missing or damaged.
    """
    files = {
        name: content(version, name)
        for name in version.artefacts.order_by("name").values_list("name", flat=True)
    }
    if not files:
        raise ModelFileError(f"{version.name}: its files are not here any more.")
    manifest = {
        "name": version.name,
        "made_by": version.made_by,
        "sha256": {name: sha256_hex(data) for name, data in files.items()},
    }
    with (
        atomic_write(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        packed.writestr(MANIFEST, json.dumps(manifest, indent=2))
        for name, data in files.items():
            packed.writestr(name, data)


def read_run_folder(folder: Path) -> dict[str, bytes]:
    """Return the files of a training run that make up a version, by name."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and is_version_file(path.name)
    }


def import_version(path: Path, *, made_by: str) -> ModelVersion:
    """Register a version from a file that `export_version` wrote, or from the folder of a run.

    Args:
        made_by: who trained the version, for a run; an exported file says so itself.

    Raises:
        ModelFileError: it is another kind of file, or a file in it is damaged or too large.
    """
    if path.is_dir():
        return register(read_run_folder(path), made_by=made_by)
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_BYTES:
                raise ModelFileError(f"{path}: has more than {MAX_BYTES >> 20} MB unpacked.")
            manifest = json.loads(packed.read(MANIFEST))
            made_by, expected = str(manifest["made_by"]), dict(manifest["sha256"])
            files = {name: packed.read(name) for name in expected if is_version_file(name)}
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ModelFileError(
            f"{path}: expected a file that export_model wrote ({error})."
        ) from error
    for name, data in files.items():
        if sha256_hex(data) != expected[name]:
            raise ModelFileError(f"{path}: {name} is not the file that was exported.")
    return register(files, made_by=made_by)
