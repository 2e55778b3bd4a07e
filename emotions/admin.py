"""Trials of versions and jobs in the administration, without anything of one person."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from emotions.model_quality.k_anonymity import MIN_PEOPLE
from emotions.model_quality.shadow_comparison import compare_shadow
from ml import registry
from ml.admin import ReadOnly
from ml.inference.card import ModelFileError
from ml.models import ModelVersion, Trial


class TrialForm(forms.Form):
    """Which version reads how many photos."""

    version = forms.ModelChoiceField(
        label=gettext_lazy("Version"),
        queryset=ModelVersion.objects.filter(active=False, artefacts__isnull=False)
        .distinct()
        .order_by("-pk"),
    )
    share = forms.IntegerField(
        label=gettext_lazy("Photos of a hundred"), min_value=1, max_value=100, initial=10
    )


admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class JobAdmin(DBTaskResultAdmin):
    """Jobs: which ran when and how they ended, not with what, which may name somebody's photo."""

    HIDDEN = frozenset({"args_kwargs", "return_value", "traceback", "formatted_traceback"})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave out what a job was given, and what it said."""
        return [
            name for name in super().get_readonly_fields(request, obj) if name not in self.HIDDEN
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Let filters ask for what is shown."""
        return lookup.partition("__")[0] in self.list_filter


@admin.register(Trial)
class TrialAdmin(ReadOnly):
    """Shows which versions were tried, and lets one be tried."""

    list_display = ["version", "share", "by", "started_at", "ended_at"]
    change_form_template = "admin/ml/trial/trial.html"
    change_list_template = "admin/ml/trial/trials.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that begin and end trials."""
        own = [
            path("begin/", self.admin_site.admin_view(self.begin), name="ml_trial_begin"),
            path("end/", self.admin_site.admin_view(self.end), name="ml_trial_end"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what a version said on trial beside what was answered."""
        trial = self.get_object(request, object_id)
        if trial is None:
            raise Http404
        if not self.has_view_permission(request, trial):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(trial),
            "trial": trial,
            "comparison": compare_shadow(trial.version),
            "enough": MIN_PEOPLE,
            "may_end": trial.running and request.user.has_perm("ml.change_trial"),
        }
        return render(request, self.change_form_template, context)

    def begin(self, request: HttpRequest) -> HttpResponse:
        """Ask which version, and begin."""
        if not request.user.has_perm("ml.add_trial"):
            raise PermissionDenied
        form = TrialForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                trial = registry.start_shadow(**form.cleaned_data, by=request.user.get_username())
            except (registry.ShadowError, ModelFileError) as error:
                form.add_error(None, str(error))
            else:
                told = _("%s is on trial from now on.") % trial.version
                self.message_user(request, told, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:ml_trial_change", args=[trial.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Try a version"),
            "form": form,
        }
        return render(request, "admin/ml/trial/begin.html", context)

    def end(self, request: HttpRequest) -> HttpResponse:
        """End the trial that goes on."""
        if not request.user.has_perm("ml.change_trial"):
            raise PermissionDenied
        if request.method == "POST":
            registry.stop_shadow()
            self.message_user(request, _("No version is on trial."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:ml_trial_changelist"))
