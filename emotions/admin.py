"""Shadow deployments and background jobs in the admin, without any personal data."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from common.admin import DetailAdmin
from emotions.model_quality.k_anonymity import MIN_PEOPLE
from emotions.model_quality.shadow_comparison import compare_shadow
from ml import registry
from ml.inference.card import ModelFileError
from ml.models import ModelVersion, Trial


class ShadowForm(forms.Form):
    """Which version to deploy as a shadow, and what share of new photos it reads."""

    version = forms.ModelChoiceField(
        label=gettext_lazy("Version"),
        queryset=ModelVersion.objects.filter(active=False, artefacts__isnull=False)
        .distinct()
        .order_by("-pk"),
    )
    share = forms.IntegerField(
        label=gettext_lazy("Share of photos, in %"), min_value=1, max_value=100, initial=10
    )


admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class JobAdmin(DBTaskResultAdmin):
    """Shows which jobs ran when and how they ended, without arguments, which may name a photo."""

    HIDDEN = frozenset({"args_kwargs", "return_value", "traceback", "formatted_traceback"})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [
            name for name in super().get_readonly_fields(request, obj) if name not in self.HIDDEN
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Let filters look up only the fields that are shown."""
        return lookup.partition("__")[0] in self.list_filter


@admin.register(Trial)
class TrialAdmin(DetailAdmin):
    """Lists shadow deployments, compares each with the answers, and starts and stops them."""

    list_display = ["version", "share", "by", "started_at", "ended_at"]
    detail_template = "admin/ml/trial/trial.html"
    change_list_template = "admin/ml/trial/trials.html"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("begin/", self.admin_site.admin_view(self.begin), name="ml_trial_begin"),
            path("end/", self.admin_site.admin_view(self.end), name="ml_trial_end"),
        ]
        return [*own, *super().get_urls()]

    def detail_context(self, request: HttpRequest, obj: Trial) -> dict[str, Any]:
        return {
            "trial": obj,
            "comparison": compare_shadow(obj.version),
            "enough": MIN_PEOPLE,
            "may_end": obj.running and request.user.has_perm("ml.change_trial"),
        }

    def begin(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("ml.add_trial"):
            raise PermissionDenied
        form = ShadowForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                trial = registry.start_shadow(**form.cleaned_data, by=request.user.get_username())
            except (registry.ShadowError, ModelFileError) as error:
                form.add_error(None, str(error))
            else:
                message = _("%s is now on trial.") % trial.version
                self.message_user(request, message, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:ml_trial_change", args=[trial.pk]))
        return self.render_page(
            request, "admin/ml/trial/begin.html", _("Start a trial"), {"form": form}
        )

    def end(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("ml.change_trial"):
            raise PermissionDenied
        if request.method == "POST":
            registry.stop_shadow()
            self.message_user(request, _("No version is on trial."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ml_trial_changelist"))
