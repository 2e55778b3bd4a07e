"""Extract messages and compile translations: `make messages`.

Uses Babel instead of `makemessages`, since GNU gettext is not available everywhere.
"""

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

from common.option_parsers import OneLineParser

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
    """Yield the path and the Python code of each file that may contain messages."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        calls = templatize(path.read_text(), origin=str(path))
        # Django converts a template into calls between rows of X; their indentation is not Python.
        code = "\n".join(line.strip() for line in calls.splitlines())
        yield str(path.relative_to(ROOT)), code.encode()


def extract() -> Catalog:
    """Return a catalog of all messages, without translations."""
    catalog = Catalog(charset="utf-8")
    for name, code in sources():
        for _line, function, strings, _comments in extract_python(
            io.BytesIO(code), KEYWORDS, [], {}
        ):
            context, text = arguments(str(function), strings)
            if text:
                catalog.add(text, locations=[(name, 0)], context=context)
    return catalog


def arguments(function: str, strings: Any) -> tuple[str | None, str | tuple[str, str] | None]:
    """Return the context and the text of a call, or None if an argument is not a literal."""
    values = strings if isinstance(strings, tuple | list) else (strings,)
    positions = KEYWORDS[function] or (1,)
    context = None
    texts: list[str] = []
    for position in positions:
        index = (position[0] if isinstance(position, tuple) else position) - 1
        value = values[index] if index < len(values) else None
        if not isinstance(value, str):
            return None, None
        if isinstance(position, tuple):
            context = value
        else:
            texts.append(value)
    return context, texts[0] if len(texts) == 1 else (texts[0], texts[1])


def catalog_path(language: str, kind: str = "po") -> Path:
    """Return the path of a catalog."""
    return LOCALE / language / "LC_MESSAGES" / f"django.{kind}"


def load(language: str) -> Catalog:
    """Load the existing catalog of a language."""
    with catalog_path(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> Catalog:
    """Return the catalog of a language with exactly the current messages.

    Obsolete messages are dropped, and new ones have no translation; there is no fuzzy matching.
    """
    catalog = load(language)
    creation_date = catalog.creation_date
    catalog.update(extract(), no_fuzzy_matching=True)
    catalog.creation_date = creation_date  # keeps the output reproducible
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Return the `.po` file of a catalog, sorted by message."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """Return the `.mo` file of a catalog."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def translations(message: Message) -> tuple[str, ...]:
    """Return the translations of a message, one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def untranslated(catalog: Catalog) -> list[Message]:
    """Return the messages without a translation, or with a fuzzy one."""
    return [
        message
        for message in catalog
        if message.id
        and (message.fuzzy or not translations(message) or not all(translations(message)))
    ]


def main() -> int:
    """Update and compile all languages, and return how many are incomplete."""
    OneLineParser(description=__doc__).parse_args()
    incomplete = 0
    for folder in sorted(LOCALE.iterdir()):
        catalog = update(folder.name)
        catalog_path(folder.name).write_bytes(as_po(catalog))
        catalog_path(folder.name, "mo").write_bytes(as_mo(catalog))
        missing = untranslated(catalog)
        print(f"{folder.name}: {len(catalog)} texts, {len(missing)} without a translation")
        incomplete += bool(missing)
    return incomplete


if __name__ == "__main__":
    sys.exit(main())
