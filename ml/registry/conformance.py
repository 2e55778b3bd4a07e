"""The conformance pack of a version, which the API names beside its files."""

from functools import lru_cache

from ml.inference.conformance import build_pack
from ml.models import ModelVersion
from ml.registry.active import predictor_of


def conformance_pack(version: ModelVersion) -> bytes:
    """Return a zip of pictures with what the version reads in them.

    Raises:
        ModelFileError: the network's file is missing, damaged or out of reach.
    """
    return _pack(version.sha256, version.pk)


@lru_cache(maxsize=4)
def _pack(sha256: str, pk: int) -> bytes:
    """Make a pack once; it takes about a second."""
    return build_pack(predictor_of(ModelVersion.objects.get(pk=pk, sha256=sha256)))
