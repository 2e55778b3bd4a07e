"""Where pages find what reads pictures in the browser."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static

register = template.Library()

MODULE = "vendor/litert/litert.js"
LOADER = "vendor/litert/litert_wasm_compat_internal.js"
BINARY = "vendor/litert/litert_wasm_compat_internal.wasm"
"""The variant of LiteRT.js that every browser with 128-bit vectors runs, Safari included."""


@register.simple_tag
def reader_config() -> dict[str, Any]:
    """Return the addresses of the runtime, and its size in bytes; nothing if it isn't installed."""
    size = _size_of(BINARY)
    if not size:
        return {}
    return {
        "module": static(MODULE),
        "loader": static(LOADER),
        "binary": static(BINARY),
        "size": size,
    }


@lru_cache(maxsize=1)
def _size_of(name: str) -> int:
    found = finders.find(name)
    return Path(str(found)).stat().st_size if found else 0
