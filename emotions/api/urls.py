"""The addresses of the API, version 1."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from emotions.api.views import CaptureViewSet, TodayView

app_name = "api"
router = SimpleRouter(use_regex_path=False)
router.register("captures", CaptureViewSet, basename="capture")
urlpatterns = [path("", include(router.urls)), path("today/", TodayView.as_view(), name="today")]
