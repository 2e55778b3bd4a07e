"""URLs of the settings."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("language-and-time/", views.language_and_time, name="language_and_time"),
    path("devices/sign-out/", views.devices_sign_out, name="devices_sign_out"),
    path("devices/<int:number>/sign-out/", views.device_sign_out, name="device_sign_out"),
    path("new-devices/", views.new_devices, name="new_devices"),
    path("security-log/", views.security_log, name="security_log"),
    path("tokens/", views.token_create, name="token_create"),
    path("tokens/<int:number>/revoke/", views.token_revoke, name="token_revoke"),
    path("interrupted-form/", views.interrupted_form, name="interrupted_form"),
    path("not-me/<str:sealed>/", views.not_me, name="not_me"),
    path("delete-account/", views.account_delete, name="account_delete"),
]
