"""Reports of failures to a Sentry of the operator's, where `SENTRY_DSN` names one.

Only imported then. A report says what failed and where in the code, and nothing of whom it happened
to: no bodies, queries, cookies, addresses, local variables or steps before.
"""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration

from emoplatform import request_ids
from emoplatform.log_formatting import redact, redact_path


def init_sentry(dsn: str, **options: Any) -> None:
    """Report from now on.

    Args:
        options: of `sentry_sdk.init`, beside ours.
    """
    sentry_sdk.init(
        dsn=dsn,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
        auto_enabling_integrations=False,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        server_name="",
        before_send=scrub_event,
        shutdown_timeout=2,
        **options,
    )


def scrub_event(event: Any, _hint: Any) -> Any:
    """Return a report without what is people's own."""
    for private in ("user", "breadcrumbs", "extra", "contexts", "modules"):
        event.pop(private, None)
    if asked := event.pop("request", None):
        path = redact_path("/" + asked.get("url", "").split("://")[-1].partition("/")[2])
        event["request"] = {"method": asked.get("method"), "url": path}
    event.pop("transaction_info", None)
    event["tags"] = {"request_id": request_ids.current.get()}
    for failure in event.get("exception", {}).get("values", []):
        failure["value"] = redact(str(failure.get("value", "")))
    if entry := event.pop("logentry", None):
        event["logentry"] = {"message": redact(str(entry.get("message", "")))}
    return event
