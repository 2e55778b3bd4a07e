"""People in the administration: who they are, never what they feel."""

from typing import Any

from allauth.account.admin import EmailAddress, EmailAddressAdmin
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import delete_account

admin.site.unregister([Authenticator, UserSession])  # where somebody signs in is their business
admin.site.unregister(EmailAddress)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's own page for users, by e-mail address."""

    ordering = ["email"]
    list_display = ["email", "is_active", "is_staff", "date_joined"]
    search_fields = ["email"]
    readonly_fields = ["date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave addresses to their people: who changes one could have a password reset sent."""
        return [*self.readonly_fields, *(["email"] if obj else [])]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        """Set nobody's password: who does could sign in as them.

        Raises:
            PermissionDenied: always; people reset theirs by e-mail.
        """
        raise PermissionDenied

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the people who would be removed, and nothing of theirs."""
        people = [str(person) for person in objs]
        return people, {self.opts.verbose_name_plural: len(people)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Remove a person as they would themselves, with every file."""
        delete_account(person=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Remove some people as they would themselves."""
        for person in queryset:
            delete_account(person=person)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin[Any]):
    """Second factors, to be removed for who has lost theirs; the secrets are not shown."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let people add theirs themselves."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Let no filter guess at a secret."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody change them."""
        return False


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin):
    """Addresses, which an administrator may call verified and can neither add nor change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave addresses to their people: a new one could have a password reset sent."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody change them; the list's action is what remains."""
        return False
