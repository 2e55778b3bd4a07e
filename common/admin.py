"""Admin classes for records that are shown, but not edited in forms."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Lets nobody add, change or delete records by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DetailAdmin(ReadOnlyAdmin):
    """Shows each record on a page of its own: `detail_template`, filled by `detail_context`."""

    detail_template: str

    def detail_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the template needs to show a record."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = self.detail_context(request, obj)
        return self.render_page(request, self.detail_template, str(obj), context)

    def render_page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        """Render a template within the admin site."""
        site = self.admin_site.each_context(request)
        return render(request, template, {**site, "opts": self.opts, "title": title, **context})
