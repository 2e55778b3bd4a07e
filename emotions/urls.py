"""The addresses of the pages."""

from django.urls import path

from emotions import views

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
    path("history/", views.history, name="history"),
    path("model/", views.model_card, name="model_card"),
]
