"""Signing in as a part of the OpenAPI document."""

from typing import Any

from django.utils.functional import Promise

from emotions.api.openapi import problem_example
from emotions.api.problems import CONTENT_TYPE
from emotions.api.sign_in.account_operations import ACCOUNT
from emotions.api.sign_in.components import COMPONENTS, Json, reference
from emotions.api.sign_in.operations import TEXTS, Operation
from emotions.api.sign_in.sign_in_operations import SIGN_IN

PREFIX = "/api/auth/app/v1/"
JSON = "application/json"
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, GONE, TOO_MANY_REQUESTS = 400, 401, 403, 410, 429
SERVER_ERROR: Json = {
    "description": "Internal Server Error: server_error.",
    "content": {
        CONTENT_TYPE: {
            "schema": reference("SignInProblem"),
            "examples": {"ServerError": {"value": problem_example("server_error").value}},
        }
    },
}


def add_sign_in(result: Json, **_options: Any) -> Json:
    """Postprocessing hook: describe what allauth serves, which drf-spectacular cannot read."""
    paths: Json = {}
    for tag, operations in (("sign-in", SIGN_IN), ("account", ACCOUNT)):
        for (method, route), operation in operations.items():
            paths.setdefault(PREFIX + route, {})[method] = describe(operation, tag)
    schemas = result["components"]["schemas"] | with_texts(COMPONENTS)
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    result["paths"] = with_texts(paths) | result["paths"]
    return result


def describe(operation: Operation, tag: str) -> Json:
    """Return an operation as OpenAPI has it."""
    bodies = {"requestBody": body(operation.body)} if operation.body else {}
    return {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [tag],
        "parameters": list(operation.parameters),
        **bodies,
        "security": [] if operation.is_public else [{"sessionToken": []}],
        "responses": responses(operation),
    }


def body(component: str) -> Json:
    return {"content": {JSON: {"schema": reference(component)}}, "required": True}


def responses(operation: Operation) -> Json:
    """Return all answers of an operation, by status."""
    errors = {GONE, *operation.errors} | ({BAD_REQUEST} if operation.body else set())
    components = dict.fromkeys(errors, "SignInProblem")
    components |= dict.fromkeys(errors & {UNAUTHORIZED, GONE}, "SignInRequired")
    components |= operation.answers
    described = {
        str(status): {
            "description": operation.texts.get(status) or TEXTS[status],
            "content": {
                media_type: {"schema": reference(component)}
                for media_type in media_types(status, with_body=bool(operation.body))
            },
        }
        for status, component in sorted(components.items())
    }
    return described | {"500": SERVER_ERROR}


def media_types(status: int, *, with_body: bool) -> tuple[str, ...]:
    """Return what an answer may be: the site's own problems are told from allauth's errors."""
    if status == TOO_MANY_REQUESTS:
        return (CONTENT_TYPE,)
    is_ours_too = status == FORBIDDEN or (status == BAD_REQUEST and with_body)
    return (JSON, CONTENT_TYPE) if is_ours_too else (JSON,)


def with_texts(node: Any) -> Any:
    """Return a part of the document with its texts in the current language."""
    if isinstance(node, dict):
        return {name: with_texts(part) for name, part in node.items()}
    if isinstance(node, list):
        return [with_texts(part) for part in node]
    return str(node) if isinstance(node, Promise) else node
