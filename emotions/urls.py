"""The URLs of the pages."""

from datetime import date

from django.core.exceptions import ValidationError
from django.urls import path, register_converter

from emotions.captures import recording_views
from emotions.captures import views as capture_views
from emotions.contributions import views as contribution_views
from emotions.insights import day_views, history_views
from emotions.insights import views as insight_views
from emotions.model_quality import file_views
from emotions.model_quality import views as model_quality_views
from emotions.models.limits import validate_day
from emotions.offline import views as offline_views
from emotions.pages import views as page_views
from emotions.preferences import views as preference_views
from emotions.reminders import views as reminder_views
from emotions.tags import views as tag_views
from emotions.transfer import views as transfer_views


class DayConverter:
    """Converts dates such as 2026-03-14."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Return the date.

        Raises:
            ValueError: there is no such day, or no page of it, so that the URL does not match.
        """
        day = date.fromisoformat(value)
        try:
            validate_day(day)
        except ValidationError as error:
            raise ValueError(value) from error
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "emotions"
urlpatterns = [
    path("", page_views.landing, name="landing"),
    path("service-worker.js", offline_views.service_worker, name="service_worker"),
    path("manifest.webmanifest", offline_views.manifest, name="manifest"),
    path("privacy/", page_views.privacy, name="privacy"),
    path("terms/", page_views.terms, name="terms"),
    path("offline/", offline_views.offline, name="offline"),
    path("offline/line/", offline_views.line, name="line"),
    path("offline/latest/", offline_views.latest, name="latest"),
    path("offline/mending/<slug:language>/", offline_views.mending, name="mending"),
    path("model/", model_quality_views.model_card, name="model_card"),
    path("model/<path:version>/", model_quality_views.model_card, name="model_card_of"),
    path("model-files/<str:sha256>", file_views.model_file, name="model_file"),
    path("consent/", recording_views.consent, name="consent"),
    path("capture/", recording_views.capture, name="capture"),
    path("live/", recording_views.live, name="live"),
    path("words/", recording_views.words, name="words"),
    path("words/<day:on>/", recording_views.words, name="words_on"),
    path("captures/delete/", capture_views.bulk_delete, name="bulk_delete"),
    path("captures/restore/", capture_views.restore, name="restore"),
    path("captures/<uuid:uuid>/", capture_views.capture_detail, name="capture_detail"),
    path("captures/<uuid:uuid>/edit/", capture_views.capture_edit, name="capture_edit"),
    path("captures/<uuid:uuid>/photo", capture_views.capture_photo, name="capture_photo"),
    path(
        "captures/<uuid:uuid>/photo/<slug:version>",
        capture_views.capture_photo,
        name="capture_photo",
    ),
    path(
        "captures/<uuid:uuid>/thumbnail", capture_views.capture_thumbnail, name="capture_thumbnail"
    ),
    path(
        "captures/<uuid:uuid>/thumbnail/<slug:version>",
        capture_views.capture_thumbnail,
        name="capture_thumbnail",
    ),
    path("captures/<uuid:uuid>/why/", capture_views.explanation, name="explanation"),
    path(
        "captures/<uuid:uuid>/why.jpg",
        capture_views.explanation_picture,
        name="explanation_picture",
    ),
    path("captures/<uuid:uuid>/when/", capture_views.capture_time, name="capture_time"),
    path("captures/<uuid:uuid>/time/", capture_views.use_time_of_photo, name="use_time_of_photo"),
    path("captures/<uuid:uuid>/turn/", capture_views.capture_turn, name="capture_turn"),
    path("captures/<uuid:uuid>/delete/", capture_views.capture_delete, name="capture_delete"),
    path("captures/<uuid:uuid>/purge/", capture_views.purge, name="purge"),
    path("today/", day_views.today, name="today"),
    path("today/question/", day_views.question_dismiss, name="question_dismiss"),
    path("days/<day:on>/", day_views.day, name="day"),
    path("history/", history_views.history, name="history"),
    path("trends/", insight_views.trends_page, name="trends"),
    path("trends/<slug:name>.csv", insight_views.trends_csv, name="trends_csv"),
    path("trends/<int:number>/", insight_views.year, name="year"),
    path("trends/<int:number>/year.csv", insight_views.year_csv, name="year_csv"),
    path("review/<str:span>/<day:on>/", insight_views.review, name="review"),
    path("appearance/", preference_views.appearance, name="appearance"),
    path("colours.css", preference_views.colours, name="colours"),
    path("keeping/", preference_views.keeping, name="keeping"),
    path("tags/", tag_views.tags, name="tags"),
    path("tags/<int:number>/", tag_views.tag_edit, name="tag_edit"),
    path("tags/<int:number>/merge/<int:into>/", tag_views.tag_merge, name="tag_merge"),
    path("tags/<int:number>/delete/", tag_views.tag_delete, name="tag_delete"),
    path("helping/", contribution_views.contributions, name="helping"),
    path("reminders/", reminder_views.reminders, name="reminders"),
    path("reminders/<int:number>/", reminder_views.reminder_edit, name="reminder_edit"),
    path("reminders/<int:number>/remove/", reminder_views.reminder_remove, name="reminder_remove"),
    path("reminders/stop/<str:sealed>/", reminder_views.stop, name="reminders_stop"),
    path("data/", transfer_views.data, name="data"),
    path("data/export/", transfer_views.export, name="export"),
    path("data/import/", transfer_views.import_view, name="import"),
    path("data/imports/<uuid:uuid>/", transfer_views.import_detail, name="import_detail"),
    path("data/imports/<uuid:uuid>/decide/", transfer_views.import_decide, name="import_decide"),
    path("data/imports/<uuid:uuid>/undo/", transfer_views.import_undo, name="import_undo"),
    path("trash/", capture_views.trash, name="trash"),
    path("agreement/", day_views.agreement, name="agreement"),
]
