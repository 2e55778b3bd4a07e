"""What those who run the site see of it: sums, never a person."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from emotions.model_quality.k_anonymity import ENOUGH_PEOPLE
from emotions.model_quality.production_charts import charts_of
from emotions.model_quality.production_metrics import WEEKS, report


@require_GET
def wild(request: HttpRequest) -> HttpResponse:
    """Show how the network does on people's own photos."""
    if not request.user.has_perm("ml.view_modelversion"):
        raise PermissionDenied
    found = report()
    context = {
        "charts": charts_of(found),
        "told": found.weeks,
        "enough": ENOUGH_PEOPLE,
        "weeks": WEEKS,
    }
    return render(request, "emotions/wild.html", context)
