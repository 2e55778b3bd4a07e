"""The addresses of the API, version 1."""

from django.urls import include, path, register_converter
from rest_framework.routers import SimpleRouter

from accounts.models import Consent
from emotions.api.account.profile import ConsentView, ExportView, ProfileView
from emotions.api.captures.views import CaptureViewSet
from emotions.api.detection.views import DetectView
from emotions.api.insights.views import (
    ModelsView,
    ModelView,
    PatternsView,
    TagsView,
    TodayView,
    TrendsView,
)
from emotions.api.sync.views import BatchView, ChangesView
from emotions.api.transfer.views import ImportView


class ConsentKindConverter:
    """A kind of consent in an address."""

    regex = "|".join(Consent.Kind.values)

    def to_python(self, value: str) -> str:
        """Return the kind."""
        return value

    def to_url(self, value: str) -> str:
        """Return the kind."""
        return value


register_converter(ConsentKindConverter, "consent_kind")

app_name = "api"
router = SimpleRouter(use_regex_path=False)
router.register("captures", CaptureViewSet, basename="capture")
urlpatterns = [
    path("captures/batch/", BatchView.as_view(), name="batch"),
    path("", include(router.urls)),
    path("changes/", ChangesView.as_view(), name="changes"),
    path("detect/", DetectView.as_view(), name="detect"),
    path("today/", TodayView.as_view(), name="today"),
    path("patterns/", PatternsView.as_view(), name="patterns"),
    path("trends/", TrendsView.as_view(), name="trends"),
    path("tags/", TagsView.as_view(), name="tags"),
    path("model/", ModelView.as_view(), name="model"),
    path("models/", ModelsView.as_view(), name="models"),
    path("me/", ProfileView.as_view(), name="me"),
    path("me/consents/<consent_kind:kind>/", ConsentView.as_view(), name="consent"),
    path("me/import/", ImportView.as_view(), name="import"),
    path("export/", ExportView.as_view(), name="export"),
    path("", include("emotions.api.account.urls")),
    path("", include("emotions.api.reminders.urls")),
]
