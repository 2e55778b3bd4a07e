"""Cells of tables."""

import pytest
from django.template import Context, Template
from django.utils import translation


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("en", None, ""),
        ("en", 0, "0"),
        ("en", 12345, "12345"),
        ("en", -0.25, "-0.25"),
        ("de", -0.25, "-0,25"),
        ("de", 12345, "12345"),
        ("en", "<b>", "&lt;b&gt;"),
    ],
)
def test_a_cell_shows_a_value_as_the_language_writes_it(
    language: str, value: str | float | None, shown: str
) -> None:
    template = Template("{% load tables %}{{ value|cell }}|{{ value|default_if_none:'' }}")
    with translation.override(language):
        mine, of_django = template.render(Context({"value": value})).split("|")
    assert mine == of_django == shown
