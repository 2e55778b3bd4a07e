"""The addresses of the pages."""

from datetime import date

from django.urls import path, register_converter

from emotions import views


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
    path("", views.landing, name="landing"),
    path("consent/", views.consent, name="consent"),
    path("today/", views.today, name="today"),
    path("capture/", views.capture, name="capture"),
    path("captures/<uuid:uuid>/", views.capture_detail, name="capture_detail"),
    path("captures/<uuid:uuid>/photo", views.capture_photo, name="capture_photo"),
    path("captures/<uuid:uuid>/thumbnail", views.capture_thumbnail, name="capture_thumbnail"),
    path("captures/<uuid:uuid>/delete/", views.capture_delete, name="capture_delete"),
    path("days/<day:on>/", views.day, name="day"),
    path("history/", views.history, name="history"),
    path("model/", views.model_card, name="model_card"),
]
