"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("emotions.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include("emotions.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "emoplatform.errors.bad_request"
handler404 = "emoplatform.errors.not_found"
handler500 = "emoplatform.errors.server_error"
