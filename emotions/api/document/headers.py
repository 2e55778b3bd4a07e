"""Headers of the OpenAPI document that answers of all operations have."""

from typing import Any

from django.utils.translation import gettext_lazy as _

API = "/api/v1/"
SCHEMAS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": _("The id of this request in the site's log."),
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": _("The limits that apply, each as q requests in w seconds."),
        "schema": {"type": "string", "examples": ['"person";q=600;w=60']},
    },
    "RateLimit": {
        "description": _("What is left of each limit: r requests for t seconds."),
        "schema": {"type": "string", "examples": ['"person";r=412;t=37']},
    },
    "Retry-After": {
        "description": _("Seconds after which it is worth trying again."),
        "schema": {"type": "integer", "minimum": 0, "maximum": 86_400},
    },
    "Warning": {
        "description": _("Names fields that were ignored because they are unknown."),
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {
        "description": _("How to sign in."),
        "schema": {"type": "string", "examples": ['X-Session-Token realm="api"']},
    },
}
OF_STATUS = {"429": ["Retry-After"], "503": ["Retry-After"]}


def add_headers(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Postprocessing hook: describe the headers that the site adds to answers."""
    result["components"]["headers"] = {
        name: {**header, "description": str(header["description"])}
        for name, header in SCHEMAS.items()
    }
    for path, methods in result["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                names = ["X-Request-Id", *OF_STATUS.get(status, [])]
                if path.startswith(API):
                    names += ["WWW-Authenticate"] if status == "401" else []
                    names += ["RateLimit-Policy", "RateLimit"]
                    names += ["Warning"] if "requestBody" in operation else []
                references = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                response["headers"] = references | response.get("headers", {})
    return result
