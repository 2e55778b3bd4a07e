"""The addresses of the ways into an account: devices and access tokens."""

from django.urls import path

from emotions.api.account.devices import DevicesView, DeviceView
from emotions.api.account.tokens import TokensView, TokenView

urlpatterns = [
    path("devices/", DevicesView.as_view(), name="devices"),
    path("devices/<int:id>/", DeviceView.as_view(), name="device"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/<int:id>/", TokenView.as_view(), name="token"),
]
