"""Trained versions in the administration, to be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ml.models import ModelVersion


@admin.register(ModelVersion)
class ModelVersionAdmin(admin.ModelAdmin[ModelVersion]):
    """Shows which versions there are and which one answers."""

    list_display = ["name", "active", "bundled", "made_by", "created_at"]
    readonly_fields = ["name", "sha256", "card", "made_by", "bundled", "active", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Versions are trained, not typed in."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Versions stay, because detections name them."""
        return False
