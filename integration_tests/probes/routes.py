"""Report every route of a checkout: its path, and its name with namespaces."""

import json
from collections.abc import Iterator

import django
from django.urls import URLPattern, URLResolver, get_resolver


def routes(
    patterns: list[URLPattern | URLResolver], path: str = "/", namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Yield the path and the name of each pattern, those that are included too."""
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from routes(pattern.url_patterns, here, inside)
        else:
            yield here, ":".join((*namespaces, pattern.name or ""))


if __name__ == "__main__":
    django.setup()
    print(json.dumps(list(routes(get_resolver().url_patterns))))
