"""The texts that people consent to, as pages show them and as plain text for apps."""

from dataclasses import dataclass
from html.parser import HTMLParser

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from accounts.consents import CURRENT_VERSIONS
from accounts.models import Consent
from emotions.captures.forms import ConsentForm
from emotions.contributions.forms import ContributionConsentForm

TITLES = {
    Consent.Kind.USE: _("Before your first photo"),
    Consent.Kind.IMPROVE: _("Help improve readings"),
}
FORMS = {Consent.Kind.USE: ConsentForm, Consent.Kind.IMPROVE: ContributionConsentForm}
BEGINNINGS = {"h2": "## ", "p": "", "li": "- "}


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The current text, in the language of the request.

    Attributes:
        text: in Markdown, of headings, paragraphs and lists.
        statement: what a person says by agreeing.
    """

    kind: Consent.Kind
    version: str
    title: str
    text: str
    statement: str


def consent_text(kind: Consent.Kind) -> ConsentText:
    """Return the text of the page that asks for this consent."""
    return ConsentText(
        kind=kind,
        version=CURRENT_VERSIONS[kind],
        title=str(TITLES[kind]),
        text=markdown(render_to_string(f"emotions/consents/{kind.value}.html")),
        statement=str(FORMS[kind].base_fields["agree"].label),
    )


class Blocks(HTMLParser):
    """Collects the headings, paragraphs and list items of a template that has nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BEGINNINGS:
            self.blocks.append(BEGINNINGS[tag])

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.blocks[-1] += text


def markdown(html: str) -> str:
    """Return such a template's text in Markdown."""
    parser = Blocks()
    parser.feed(html)
    return "\n\n".join(parser.blocks)
