"""The addresses of reminders and of what takes notifications."""

from django.urls import path

from emotions.api.reminders.views import (
    PushSubscriptionsView,
    PushSubscriptionView,
    RemindersView,
    ReminderView,
)

urlpatterns = [
    path("reminders/", RemindersView.as_view(), name="reminders"),
    path("reminders/<int:id>/", ReminderView.as_view(), name="reminder"),
    path("push-subscriptions/", PushSubscriptionsView.as_view(), name="push_subscriptions"),
    path("push-subscriptions/<int:id>/", PushSubscriptionView.as_view(), name="push_subscription"),
]
