"""Trained versions in the administration: read, compared, promoted and rolled back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ml import registry, training_queue
from ml.emotions import EMOTIONS
from ml.inference.card import ModelFileError
from ml.models import ModelVersion, Promotion, TrainingRun
from ml.registry.artefacts import content
from ml.registry.promotion import gate_verdict


class ReadOnly(admin.ModelAdmin[Any]):
    """Shows records that nobody types in, changes or removes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are made by training and promoting."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are read; promoting has a page of its own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They stay, because detections and promotions name them."""
        return False


@admin.register(Promotion)
class PromotionAdmin(ReadOnly):
    """The history: what began to answer when, by whom and why."""

    list_display = ["at", "version", "kind", "previous", "by", "reason", "objections"]
    list_filter = ["kind"]

    @admin.display(description=gettext_lazy("what the gate objected"))
    def objections(self, promotion: Promotion) -> str:
        """Return what spoke against it and was overruled; a dash where nothing did."""
        return " ".join((promotion.verdict or {}).get("objections", [])) or "–"


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnly):
    """Shows which versions there are, which one answers, and lets it be another one."""

    list_display = ["name", "active", "accuracy", "macro_f1", "made_by", "created_at"]
    ordering = ["-pk"]
    change_form_template = "admin/ml/modelversion/version.html"

    @admin.display(description=gettext_lazy("accuracy"))
    def accuracy(self, version: ModelVersion) -> str:
        """Return the accuracy on the test split, in per cent."""
        return figure(version, "accuracy", "{:.1%}")

    @admin.display(description=gettext_lazy("macro-F1"))
    def macro_f1(self, version: ModelVersion) -> str:
        """Return the macro-F1 on the test split."""
        return figure(version, "macro_f1", "{:.3f}")

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that promote, roll back and show pictures."""
        own = [
            path(
                "rollback/",
                self.admin_site.admin_view(self.roll_back),
                name="ml_modelversion_rollback",
            ),
            path(
                "<int:pk>/promote/",
                self.admin_site.admin_view(self.promote),
                name="ml_modelversion_promote",
            ),
            path(
                "<int:pk>/pictures/<str:name>",
                self.admin_site.admin_view(self.picture),
                name="ml_modelversion_picture",
            ),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a version beside the active one."""
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        active = ModelVersion.objects.filter(active=True).first()
        columns = [version] if active in (None, version) else [version, active]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": version.name,
            "version": version,
            "may_promote": may_promote(request)
            and not version.active
            and version.artefacts.exists(),
            "columns": [column(one) for one in columns if one],
            "emotions": EMOTIONS,
            "pictures": version.artefacts.filter(name__endswith=".png").order_by("name"),
            "promotions": version.promotions.select_related("previous"),
        }
        return render(request, self.change_form_template, context)

    def promote(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what the gate says and ask; promote once that is confirmed."""
        self.require_promoter(request)
        version = get_object_or_404(ModelVersion, pk=pk)
        overview = HttpResponseRedirect(reverse("admin:ml_modelversion_change", args=[pk]))
        if request.method == "POST":
            try:
                registry.promote(
                    version,
                    by=request.user.get_username(),
                    reason=request.POST.get("reason", "").strip(),
                    force="force" in request.POST,
                )
            except (registry.GateError, ModelFileError, ValueError) as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, _("%s answers from now on.") % version, messages.SUCCESS)
            return overview
        active = registry.active_version()
        if active == version:
            return overview
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Promote %s?") % version,
            "version": version,
            "active": active,
            "verdict": gate_verdict(version, active),
        }
        return render(request, "admin/ml/modelversion/promote.html", context)

    def roll_back(self, request: HttpRequest) -> HttpResponse:
        """Ask, and go back to the version before once that is confirmed."""
        self.require_promoter(request)
        overview = HttpResponseRedirect(reverse("admin:ml_modelversion_changelist"))
        if request.method == "POST":
            try:
                promotion = registry.roll_back(
                    by=request.user.get_username(), reason=request.POST.get("reason", "").strip()
                )
            except (registry.NoModelError, ModelFileError) as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                told = _("%s answers again.") % promotion.version
                self.message_user(request, told, messages.SUCCESS)
            return overview
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Roll back?"),
            "active": registry.active_version(),
            "target": registry.previous_version(),
        }
        return render(request, "admin/ml/modelversion/rollback.html", context)

    def picture(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Send a picture of a version."""
        version = get_object_or_404(ModelVersion, pk=pk)
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        if not name.endswith(".png"):
            raise Http404
        try:
            return HttpResponse(content(version, name), content_type="image/png")
        except ModelFileError as error:
            raise Http404 from error

    def require_promoter(self, request: HttpRequest) -> None:
        """Let only those pass who may change versions.

        Raises:
            PermissionDenied: for everybody else.
        """
        if not may_promote(request):
            raise PermissionDenied


def may_promote(request: HttpRequest) -> bool:
    """Tell whether a person may decide which version answers."""
    return request.user.has_perm("ml.change_modelversion")


def figure(version: ModelVersion, name: str, form: str) -> str:
    """Return a figure of a version's evaluation as text, a dash where there is none."""
    value = version.card.get("evaluation", {}).get(name)
    return "–" if value is None else form.format(value)


def column(version: ModelVersion) -> dict[str, Any]:
    """Return what the page tells about a version, beside another one."""
    evaluation = version.card.get("evaluation", {})
    matrix = evaluation.get("confusion_matrix", [])
    rows = [
        {
            "emotion": emotion,
            "cells": [
                {"count": count, "percent": round(100 * count / max(1, sum(counts)))}
                for count in counts
            ],
        }
        for emotion, counts in zip(EMOTIONS, matrix, strict=False)
    ]
    per_class = evaluation.get("per_class", {})
    return {
        "version": version,
        "card": version.card,
        "accuracy": figure(version, "accuracy", "{:.1%}"),
        "macro_f1": figure(version, "macro_f1", "{:.3f}"),
        "ece": figure(version, "ece", "{:.3f}"),
        "megabytes": f"{version.card.get('bytes', 0) / 2**20:.1f}",
        "matrix": rows,
        "per_class": [
            {
                "emotion": emotion,
                "precision": f"{per_class[emotion]['precision']:.2f}",
                "recall": f"{per_class[emotion]['recall']:.2f}",
            }
            for emotion in EMOTIONS
            if emotion in per_class
        ],
    }


class TrainingForm(forms.Form):
    """What to train."""

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
class TrainingRunAdmin(ReadOnly):
    """Shows trainings and how far they are, asks for new ones, and cancels."""

    list_display = ["__str__", "state", "epoch", "epochs", "by", "asked_at", "worker", "seen_at"]
    change_form_template = "admin/ml/trainingrun/run.html"
    change_list_template = "admin/ml/trainingrun/runs.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that ask for a training and cancel it."""
        own = [
            path("ask/", self.admin_site.admin_view(self.ask), name="ml_trainingrun_ask"),
            path(
                "<int:pk>/cancel/",
                self.admin_site.admin_view(self.cancel),
                name="ml_trainingrun_cancel",
            ),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far a training is, and its log."""
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        under_way = run.state in (TrainingRun.State.WAITING, TrainingRun.State.RUNNING)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(run),
            "run": run,
            "under_way": under_way,
            "may_cancel": under_way and request.user.has_perm("ml.change_trainingrun"),
            "workers": training_queue.connected_workers(),
        }
        return render(request, self.change_form_template, context)

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Ask what to train, and hand it to the workers."""
        if not request.user.has_perm("ml.add_trainingrun"):
            raise PermissionDenied
        form = TrainingForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            run = training_queue.request_training(
                **form.cleaned_data, by=request.user.get_username()
            )
            return HttpResponseRedirect(reverse("admin:ml_trainingrun_change", args=[run.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Train a network"),
            "form": form,
            "workers": training_queue.connected_workers(),
        }
        return render(request, "admin/ml/trainingrun/ask.html", context)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel a training."""
        if not request.user.has_perm("ml.change_trainingrun"):
            raise PermissionDenied
        run = get_object_or_404(TrainingRun, pk=pk)
        if request.method == "POST":
            training_queue.cancel_training(run)
            told = _("It ends after the epoch that it is in.")
            self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ml_trainingrun_change", args=[pk]))
