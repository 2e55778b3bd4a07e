"""URLs of version 1 of the API."""

from django.urls import include, path, register_converter
from rest_framework.routers import SimpleRouter

from accounts.models import Consent
from emotions.api.captures.views import CaptureViewSet
from emotions.api.consents.views import ConsentTextView
from emotions.api.detection.views import DetectView
from emotions.api.devices.views import DevicesView, DeviceView
from emotions.api.explanations.views import ExplanationPictureView, ExplanationView
from emotions.api.insights.views import PatternsView, TodayView, TrendsView
from emotions.api.model_versions.views import ModelsView, ModelView
from emotions.api.profile.views import AccountDeletionView, ConsentView, ProfileView
from emotions.api.readings.views import ReadingsView
from emotions.api.reminders.views import (
    PushSubscriptionsView,
    PushSubscriptionView,
    RemindersView,
    ReminderView,
)
from emotions.api.reviews.views import AgreementView, ReviewView
from emotions.api.security_events.views import SecurityEventsView
from emotions.api.server.views import ServerView
from emotions.api.sync.views import BatchView, ChangesView
from emotions.api.tags.views import TagMergeView, TagsView, TagView
from emotions.api.tokens.views import TokensView, TokenView
from emotions.api.transfer.views import (
    ExportView,
    ImportCancelView,
    ImportConfirmView,
    ImportPreviewView,
    ImportStateView,
    ImportsView,
    ImportUndoView,
    ImportView,
)


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
    path("captures/readings/", ReadingsView.as_view(), name="readings"),
    path("captures/batch/", BatchView.as_view(), name="batch"),
    path("", include(router.urls)),
    path("captures/<uuid:uuid>/explanation/", ExplanationView.as_view(), name="explanation"),
    path(
        "captures/<uuid:uuid>/explanation/picture/",
        ExplanationPictureView.as_view(),
        name="explanation_picture",
    ),
    path("changes/", ChangesView.as_view(), name="changes"),
    path("detect/", DetectView.as_view(), name="detect"),
    path("today/", TodayView.as_view(), name="today"),
    path("patterns/", PatternsView.as_view(), name="patterns"),
    path("trends/", TrendsView.as_view(), name="trends"),
    path("review/", ReviewView.as_view(), name="review"),
    path("agreement/", AgreementView.as_view(), name="agreement"),
    path("tags/", TagsView.as_view(), name="tags"),
    path("tags/<int:id>/", TagView.as_view(), name="tag"),
    path("tags/<int:id>/merge/", TagMergeView.as_view(), name="tag_merge"),
    path("model/", ModelView.as_view(), name="model"),
    path("models/", ModelsView.as_view(), name="models"),
    path("server/", ServerView.as_view(), name="server"),
    path("consents/<consent_kind:kind>/", ConsentTextView.as_view(), name="consent_text"),
    path("me/", ProfileView.as_view(), name="me"),
    path("me/deletion/", AccountDeletionView.as_view(), name="account_deletion"),
    path("me/consents/<consent_kind:kind>/", ConsentView.as_view(), name="consent"),
    path("me/import/", ImportView.as_view(), name="import"),
    path("imports/", ImportsView.as_view(), name="imports"),
    path("imports/<uuid:uuid>/", ImportStateView.as_view(), name="import_state"),
    path("imports/<uuid:uuid>/preview/", ImportPreviewView.as_view(), name="import_preview"),
    path("imports/<uuid:uuid>/confirm/", ImportConfirmView.as_view(), name="import_confirm"),
    path("imports/<uuid:uuid>/cancel/", ImportCancelView.as_view(), name="import_cancel"),
    path("imports/<uuid:uuid>/undo/", ImportUndoView.as_view(), name="import_undo"),
    path("export/", ExportView.as_view(), name="export"),
    path("devices/", DevicesView.as_view(), name="devices"),
    path("devices/<int:id>/", DeviceView.as_view(), name="device"),
    path("security-events/", SecurityEventsView.as_view(), name="security_events"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/<int:id>/", TokenView.as_view(), name="token"),
    path("reminders/", RemindersView.as_view(), name="reminders"),
    path("reminders/<int:id>/", ReminderView.as_view(), name="reminder"),
    path("push-subscriptions/", PushSubscriptionsView.as_view(), name="push_subscriptions"),
    path("push-subscriptions/<int:id>/", PushSubscriptionView.as_view(), name="push_subscription"),
]
