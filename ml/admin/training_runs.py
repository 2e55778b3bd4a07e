"""Trainings in the admin: requesting, watching and cancelling them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import DetailAdmin
from ml import training_queue
from ml.models import TrainingRun


class TrainingForm(forms.Form):
    architecture = forms.ChoiceField(
        label=gettext_lazy("Architecture"),
        choices=[(name, name) for name in training_queue.ARCHITECTURES],
    )
    epochs = forms.IntegerField(
        label=gettext_lazy("Epochs at most"),
        min_value=1,
        max_value=training_queue.MAX_EPOCHS,
        initial=60,
    )


@admin.register(TrainingRun)
class TrainingRunAdmin(DetailAdmin):
    """Shows the progress of trainings, requests new ones, and cancels them."""

    list_display = ["__str__", "state", "epoch", "epochs", "by", "asked_at", "worker", "seen_at"]
    detail_template = "admin/ml/trainingrun/run.html"
    change_list_template = "admin/ml/trainingrun/runs.html"

    def get_urls(self) -> list[URLPattern]:
        urls = [
            path(
                "ask/", self.admin_site.admin_view(self.request_training), name="ml_trainingrun_ask"
            ),
            path(
                "<int:pk>/cancel/",
                self.admin_site.admin_view(self.cancel),
                name="ml_trainingrun_cancel",
            ),
        ]
        return [*urls, *super().get_urls()]

    def detail_context(self, request: HttpRequest, obj: TrainingRun) -> dict[str, Any]:
        under_way = obj.state in (TrainingRun.State.WAITING, TrainingRun.State.RUNNING)
        return {
            "run": obj,
            "under_way": under_way,
            "may_cancel": under_way and request.user.has_perm("ml.change_trainingrun"),
            "workers": training_queue.connected_workers(),
        }

    def request_training(self, request: HttpRequest) -> HttpResponse:
        """Show the form of a new training; queue it on POST."""
        if not request.user.has_perm("ml.add_trainingrun"):
            raise PermissionDenied
        form = TrainingForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            run = training_queue.request_training(
                **form.cleaned_data, by=request.user.get_username()
            )
            return HttpResponseRedirect(reverse("admin:ml_trainingrun_change", args=[run.pk]))
        context = {"form": form, "workers": training_queue.connected_workers()}
        return self.render_page(
            request, "admin/ml/trainingrun/ask.html", _("Train a network"), context
        )

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("ml.change_trainingrun"):
            raise PermissionDenied
        run = get_object_or_404(TrainingRun, pk=pk)
        if request.method == "POST":
            training_queue.cancel_training(run)
            message = _("It stops after the current epoch.")
            self.message_user(request, message, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ml_trainingrun_change", args=[pk]))
