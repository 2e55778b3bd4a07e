"""Error reports to Sentry, without personal data.

Imported only if `SENTRY_DSN` is set. An event says what failed and where in the code, without
bodies, queries, cookies, IP addresses, local variables and breadcrumbs.
"""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration

from emoplatform import request_ids
from emoplatform.log_formatting import redact, redact_path


def init_sentry(dsn: str, **options: Any) -> None:
    """Start to report errors.

    Args:
        dsn: The DSN of the project.
        **options: Further options of `sentry_sdk.init`.
    """
    sentry_sdk.init(
        dsn=dsn,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
        auto_enabling_integrations=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        server_name="",
        before_send=scrub_event,
        shutdown_timeout=2,
        **options,
    )


def scrub_event(event: Any, _hint: Any) -> Any:
    """Return the event without personal data."""
    for private in ("user", "breadcrumbs", "extra", "contexts", "modules"):
        event.pop(private, None)
    if request := event.pop("request", None):
        path = redact_path("/" + request.get("url", "").split("://")[-1].partition("/")[2])
        event["request"] = {"method": request.get("method"), "url": path}
    event.pop("transaction_info", None)
    event["tags"] = {"request_id": request_ids.current.get()}
    for exception in event.get("exception", {}).get("values", []):
        exception["value"] = redact(str(exception.get("value", "")))
    if entry := event.pop("logentry", None):
        event["logentry"] = {"message": redact(str(entry.get("message", "")))}
    return event
