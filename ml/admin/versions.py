"""Model versions in the admin: comparing, promoting and rolling back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import DetailAdmin, ReadOnlyAdmin
from ml import registry
from ml.emotions import EMOTIONS
from ml.inference.card import ModelFileError
from ml.models import ModelVersion, Promotion
from ml.registry.artefacts import content
from ml.registry.promotion import gate_verdict


@admin.register(Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    """The history of promotions: what, when, by whom and why."""

    list_display = ["at", "version", "kind", "previous", "by", "reason", "objections"]
    list_filter = ["kind"]

    @admin.display(description=gettext_lazy("the gate's objections"))
    def objections(self, promotion: Promotion) -> str:
        """Return the objections of the gate that were overruled, or a dash."""
        return " ".join((promotion.verdict or {}).get("objections", [])) or "–"


@admin.register(ModelVersion)
class ModelVersionAdmin(DetailAdmin):
    """Shows a version beside the active one, promotes it, and rolls back."""

    list_display = ["name", "active", "accuracy", "macro_f1", "made_by", "created_at"]
    ordering = ["-pk"]
    detail_template = "admin/ml/modelversion/version.html"

    @admin.display(description=gettext_lazy("accuracy"))
    def accuracy(self, version: ModelVersion) -> str:
        return format_metric(version, "accuracy", "{:.1%}")

    @admin.display(description=gettext_lazy("macro-F1"))
    def macro_f1(self, version: ModelVersion) -> str:
        return format_metric(version, "macro_f1", "{:.3f}")

    def get_urls(self) -> list[URLPattern]:
        urls = [
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
        return [*urls, *super().get_urls()]

    def detail_context(self, request: HttpRequest, obj: ModelVersion) -> dict[str, Any]:
        active = ModelVersion.objects.filter(active=True).first()
        columns = [obj] if active in (None, obj) else [obj, active]
        promotable = not obj.active and obj.artefacts.exists()
        return {
            "version": obj,
            "may_promote": may_promote(request) and promotable,
            "columns": [version_column(version) for version in columns if version],
            "emotions": EMOTIONS,
            "pictures": obj.artefacts.filter(name__endswith=".png").order_by("name"),
            "promotions": obj.promotions.select_related("previous"),
        }

    def promote(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the verdict of the gate and ask for confirmation; promote on POST."""
        self.require_promoter(request)
        version = get_object_or_404(ModelVersion, pk=pk)
        detail_page = HttpResponseRedirect(reverse("admin:ml_modelversion_change", args=[pk]))
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
                self.message_user(request, _("%s is now active.") % version, messages.SUCCESS)
            return detail_page
        active = registry.active_version()
        if active == version:
            return detail_page
        context = {
            "version": version,
            "active": active,
            "verdict": gate_verdict(version, active),
        }
        return self.render_page(
            request, "admin/ml/modelversion/promote.html", _("Promote %s?") % version, context
        )

    def roll_back(self, request: HttpRequest) -> HttpResponse:
        """Ask for confirmation; roll back on POST."""
        self.require_promoter(request)
        changelist = HttpResponseRedirect(reverse("admin:ml_modelversion_changelist"))
        if request.method == "POST":
            try:
                promotion = registry.roll_back(
                    by=request.user.get_username(), reason=request.POST.get("reason", "").strip()
                )
            except (registry.NoModelError, ModelFileError) as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                message = _("%s is active again.") % promotion.version
                self.message_user(request, message, messages.SUCCESS)
            return changelist
        context = {
            "active": registry.active_version(),
            "target": registry.previous_version(),
        }
        return self.render_page(
            request, "admin/ml/modelversion/rollback.html", _("Roll back?"), context
        )

    def picture(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Serve a figure of a version."""
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
        if not may_promote(request):
            raise PermissionDenied


def may_promote(request: HttpRequest) -> bool:
    return request.user.has_perm("ml.change_modelversion")


def format_metric(version: ModelVersion, name: str, template: str) -> str:
    """Return a metric of a version's evaluation as text, or a dash if it is unknown."""
    value = version.card.get("evaluation", {}).get(name)
    return "–" if value is None else template.format(value)


def format_photo_accuracy(photos: dict[str, Any] | None) -> str:
    """Return a version's accuracy on people's photos with its interval, or a dash."""
    if not photos:
        return "–"
    low, high = photos["accuracy"]["interval"]
    return f"{photos['accuracy']['share']:.1%} ({low:.1%} – {high:.1%}), {photos['name']}"


def version_column(version: ModelVersion) -> dict[str, Any]:
    """Return the template context of one version among those that are compared."""
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
        "photos": format_photo_accuracy(version.card.get("photos")),
        "accuracy": format_metric(version, "accuracy", "{:.1%}"),
        "macro_f1": format_metric(version, "macro_f1", "{:.3f}"),
        "ece": format_metric(version, "ece", "{:.3f}"),
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
