"""The addresses of the pages."""

from datetime import date

from django.urls import path, register_converter

from emotions.views import (
    about,
    appearance,
    capturing,
    data,
    days,
    helping,
    moments,
    offline,
    reminders,
    trends,
)


class DayConverter:
    """A date in an address, such as 2026-03-14."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Return the date; one that does not exist is an unknown address."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Return the address of a date."""
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "emotions"
urlpatterns = [
    path("", about.landing, name="landing"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("privacy/", about.privacy, name="privacy"),
    path("terms/", about.terms, name="terms"),
    path("offline/", offline.offline, name="offline"),
    path("offline/line/", offline.line, name="line"),
    path("model/", about.model_card, name="model_card"),
    path("model/<path:version>/", about.model_card, name="model_card_of"),
    path("consent/", capturing.consent, name="consent"),
    path("capture/", capturing.capture, name="capture"),
    path("live/", capturing.live, name="live"),
    path("words/", capturing.words, name="words"),
    path("captures/delete/", moments.bulk_delete, name="bulk_delete"),
    path("captures/restore/", moments.restore, name="restore"),
    path("captures/<uuid:uuid>/", moments.capture_detail, name="capture_detail"),
    path("captures/<uuid:uuid>/edit/", moments.capture_edit, name="capture_edit"),
    path("captures/<uuid:uuid>/photo", moments.capture_photo, name="capture_photo"),
    path("captures/<uuid:uuid>/thumbnail", moments.capture_thumbnail, name="capture_thumbnail"),
    path("captures/<uuid:uuid>/why/", moments.explanation, name="explanation"),
    path("captures/<uuid:uuid>/why.jpg", moments.explanation_picture, name="explanation_picture"),
    path("captures/<uuid:uuid>/time/", moments.use_time_of_photo, name="use_time_of_photo"),
    path("captures/<uuid:uuid>/delete/", moments.capture_delete, name="capture_delete"),
    path("captures/<uuid:uuid>/purge/", moments.purge, name="purge"),
    path("today/", days.today, name="today"),
    path("days/<day:on>/", days.day, name="day"),
    path("history/", days.history, name="history"),
    path("trends/", trends.trends_page, name="trends"),
    path("trends/<slug:name>.csv", trends.trends_csv, name="trends_csv"),
    path("trends/<int:number>/", trends.year, name="year"),
    path("trends/<int:number>/year.csv", trends.year_csv, name="year_csv"),
    path("review/<str:span>/<day:on>/", trends.review, name="review"),
    path("appearance/", appearance.appearance, name="appearance"),
    path("colours.css", appearance.colours, name="colours"),
    path("keeping/", capturing.keeping, name="keeping"),
    path("helping/", helping.helping, name="helping"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/<int:number>/", reminders.reminder_edit, name="reminder_edit"),
    path("reminders/<int:number>/remove/", reminders.reminder_remove, name="reminder_remove"),
    path("reminders/stop/<str:sealed>/", reminders.stop, name="reminders_stop"),
    path("data/", data.data, name="data"),
    path("data/export/", data.export, name="export"),
    path("data/import/", data.bring_in, name="import"),
    path("trash/", moments.trash, name="trash"),
    path("agreement/", days.agreement, name="agreement"),
]
