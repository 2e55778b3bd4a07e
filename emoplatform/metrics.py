"""Prometheus metrics of requests and of the model in production."""

import os
import secrets
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from emotions.model_quality import production_metrics

METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
REQUESTS = Counter(
    "http_requests", "Requests by method, route and status.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "http_request_seconds", "Seconds until the first byte of a response could be sent.", ["route"]
)


class MetricsMiddleware:
    """Counts requests by route, not by path, which may contain personal data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
        return response


class ProductionCollector:
    """Collects the latest week of production metrics, with the same k-anonymity as in the admin."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        report = production_metrics.get_report()
        if report.weeks:
            yield from self.collect_week(report.weeks[-1])
        agreement = GaugeMetricFamily(
            "emoplatform_agreement_ratio",
            "Share of moments in which people felt what was detected, over the reported weeks.",
            labels=["version", "emotion", "bound"],
        )
        for version_agreement in report.agreement:
            shares = {
                feeling.value: share for feeling, share in version_agreement.by_emotion.items()
            }
            if version_agreement.overall:
                shares["all"] = version_agreement.overall
            for name, share in shares.items():
                low, high = share.percent_interval
                for bound, percent in (("low", low), ("measured", share.percent), ("high", high)):
                    agreement.add_metric([version_agreement.version, name, bound], percent / 100)
        yield agreement

    def collect_week(self, week: production_metrics.Week) -> Iterator[GaugeMetricFamily]:
        latency = week.latency
        gauges: dict[str, tuple[str, float | None]] = {
            "captures_a_day": ("Photos per day.", week.captures),
            "without_face_ratio": (
                "Share of photos without a face.",
                week.without_face.percent / 100,
            ),
            "unsure_ratio": (
                "Share of faces with an unsure result.",
                week.unsure.percent / 100 if week.unsure else None,
            ),
            "drift": ("Jensen-Shannon distance to the previous weeks.", week.drift),
            "drift_by_chance": ("Upper bound of the distance expected by chance.", week.by_chance),
            "read_milliseconds_median": (
                "Median time to read a face.",
                latency.median if latency else None,
            ),
            "read_milliseconds_slow": (
                "95th percentile of the time to read a face.",
                latency.slow if latency else None,
            ),
        }
        for name, (meaning, value) in gauges.items():
            if value is not None:
                yield GaugeMetricFamily(f"emoplatform_{name}", meaning, value=value)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics to clients that send the token.

    Raises:
        Http404: If no token is set.
    """
    if not settings.METRICS_TOKEN:
        raise Http404
    expected, received = (
        f"Bearer {settings.METRICS_TOKEN}",
        request.headers.get("Authorization", ""),
    )
    if not secrets.compare_digest(received.encode(), expected.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    production_registry = CollectorRegistry()
    production_registry.register(ProductionCollector())
    content = generate_latest(request_registry()) + generate_latest(production_registry)
    return HttpResponse(content, content_type=CONTENT_TYPE_LATEST)


def request_registry() -> CollectorRegistry:
    """Return the counts of all of gunicorn's workers, or of this process where it runs alone."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
