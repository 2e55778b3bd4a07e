"""Which representation a client gets."""

from collections.abc import Iterable
from typing import Any

from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

PROBLEM_TYPE = "application/problem+json"


class ContentNegotiation(DefaultContentNegotiation):
    """DRF's own, for which every operation also offers problems.

    Where an operation answers nothing else with a body, generated clients accept problems alone.
    What succeeds is then sent as it is.
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return what renders the answer, and its media type.

        Raises:
            NotAcceptable: the client accepts nothing that the operation offers.
        """
        offered = list(renderers)
        try:
            selected: Any = super().select_renderer(request, offered, format_suffix)
        except exceptions.NotAcceptable:
            accepted = self.get_accept_list(request)
            if not any(media_type_matches(PROBLEM_TYPE, each) for each in accepted):
                raise
            return offered[0], str(offered[0].media_type)
        renderer, media_type = selected
        return renderer, media_type
