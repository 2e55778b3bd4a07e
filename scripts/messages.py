"""Collect what the site says and compile its translations: `make messages`.

Babel does what GNU gettext's tools would, which are not everywhere.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "locale"
PACKAGES = ("accounts", "backups", "common", "emotions", "emoplatform", "ml")
KEYWORDS: dict[str, Any] = {
    "_": None,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


def sources() -> Iterator[tuple[str, bytes]]:
    """Give the name of each file that may say something, with its Python or what stands for it."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        calls = templatize(path.read_text(), origin=str(path))
        # Django turns a template into calls among rows of X, which are no Python by their indent.
        code = "\n".join(line.strip() for line in calls.splitlines())
        yield str(path.relative_to(ROOT)), code.encode()


def extracted() -> Catalog:
    """Return everything that the site says, without translations."""
    catalog = Catalog(charset="utf-8")
    for name, code in sources():
        for _line, function, said, _comments in extract_python(io.BytesIO(code), KEYWORDS, [], {}):
            context, text = arguments(str(function), said)
            if text:
                catalog.add(text, locations=[(name, 0)], context=context)
    return catalog


def arguments(function: str, said: Any) -> tuple[str | None, str | tuple[str, str] | None]:
    """Return context and text of a call; no text where it is not written out."""
    values = said if isinstance(said, tuple | list) else (said,)
    places = KEYWORDS[function] or (1,)
    context = None
    texts: list[str] = []
    for place in places:
        index = (place[0] if isinstance(place, tuple) else place) - 1
        value = values[index] if index < len(values) else None
        if not isinstance(value, str):
            return None, None
        if isinstance(place, tuple):
            context = value
        else:
            texts.append(value)
    return context, texts[0] if len(texts) == 1 else (texts[0], texts[1])


def path_of(language: str, kind: str = "po") -> Path:
    """Return where a catalog lies."""
    return LOCALE / language / "LC_MESSAGES" / f"django.{kind}"


def known(language: str) -> Catalog:
    """Return the catalog of a language as it is."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """Return the catalog of a language with exactly what the site says now.

    What is no longer said is dropped, and what is new has no translation: nothing is guessed.
    """
    catalog = known(language)
    begun = catalog.creation_date
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.creation_date = begun  # the same texts give the same file
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Return a catalog as the file that translators work on, in the order of its texts."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """Return a catalog as the file that the site reads."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def parts(message: Message) -> tuple[str, ...]:
    """Return what a text is translated to, in each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def untranslated(catalog: Catalog) -> list[Message]:
    """Return what has no translation, or one that nobody has confirmed."""
    return [
        message
        for message in catalog
        if message.id and (message.fuzzy or not parts(message) or not all(parts(message)))
    ]


def main() -> int:
    """Update and compile every language; return how many have texts without a translation."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    unfinished = 0
    for folder in sorted(LOCALE.iterdir()):
        catalog = updated(folder.name)
        path_of(folder.name).write_bytes(as_po(catalog))
        path_of(folder.name, "mo").write_bytes(as_mo(catalog))
        missing = untranslated(catalog)
        print(f"{folder.name}: {len(catalog)} texts, {len(missing)} without a translation")
        unfinished += bool(missing)
    return unfinished


if __name__ == "__main__":
    sys.exit(main())
