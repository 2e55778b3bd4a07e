"""What is said of an operation of allauth's API, and what several have in common."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from emotions.api.sign_in.components import Json

TEXTS: dict[int, Any] = {
    400: _("Bad Request: the fields in `errors` are wrong, or the body isn't a JSON object."),
    401: _("Unauthorized: the person isn't signed in; `flows` has what comes next."),
    410: _("Gone: there is no such session token (any more). Ask again without it."),
    429: _("Too Many Requests: too many attempts."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address.

    Attributes:
        operation_id: what generated clients call it.
        body: the component that is sent.
        answers: the component of each answer that is no error, by status.
        errors: the other statuses that it answers, besides 400 with a body, 410 and 500.
        texts: what is said of a status, where it is not in `TEXTS`.
        parameters: what is sent besides, as OpenAPI has it.
        is_public: whether it is for people who are not signed in.
    """

    operation_id: str
    summary: Any
    description: Any
    answers: dict[int, str]
    errors: tuple[int, ...] = ()
    body: str = ""
    texts: dict[int, Any] = field(default_factory=dict)
    parameters: tuple[Json, ...] = ()
    is_public: bool = False


def header(name: str, description: Any, *, required: bool = False) -> Json:
    schema = {"type": "string", "minLength": 1} if required else {"type": "string"}
    told: Json = {"name": name, "in": "header", "description": description, "schema": schema}
    return told | ({"required": True} if required else {})


SIGNED_IN = {200: "SignedIn"}
DONE = {200: "SignInDone"}
