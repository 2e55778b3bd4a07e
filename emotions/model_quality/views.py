"""The public page of a version, and the administration's page of production metrics."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from emotions.model_quality.k_anonymity import MIN_PEOPLE
from emotions.model_quality.model_cards import model_card_context
from emotions.model_quality.production_charts import production_charts
from emotions.model_quality.production_metrics import WEEKS, get_report
from ml.models import ModelVersion
from ml.registry import active_version
from ml.registry.history import served_version, served_versions


@require_safe
def model_card(request: HttpRequest, version: str = "") -> HttpResponse:
    """Show a version's model card.

    Args:
        version: the name of a version that is or was active; the active one where empty.
    """
    try:
        served = served_version(version or active_version().name)
    except ModelVersion.DoesNotExist as error:
        raise Http404("No such version ever answered.") from error
    context = model_card_context(served, others=served_versions())
    return render(request, "emotions/model_card.html", context)


@require_safe
def production_metrics(request: HttpRequest) -> HttpResponse:
    """Show how the network does on people's own photos."""
    if not request.user.has_perm("ml.view_modelversion"):
        raise PermissionDenied
    report = get_report()
    context = {
        "charts": production_charts(report),
        "has_weeks": bool(report.weeks),
        "enough": MIN_PEOPLE,
        "weeks": WEEKS,
    }
    return render(request, "emotions/production_metrics.html", context)
