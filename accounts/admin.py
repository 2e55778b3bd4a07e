"""Accounts in the admin: who people are, never what they feel."""

from typing import Any

from allauth.account.admin import EmailAddress, EmailAddressAdmin
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.device_names import name_from_user_agent
from accounts.models import Invitation, SecurityEvent, User
from accounts.requests import person_of
from accounts.services import delete_account
from accounts.sign_in.sign_up import create_invitation

admin.site.unregister([Authenticator, UserSession])  # sign-ins are private
admin.site.unregister(EmailAddress)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's user admin, with the email address in place of a username."""

    ordering = ["email"]
    list_display = ["email", "is_active", "is_staff", "date_joined"]
    search_fields = ["email"]
    readonly_fields = ["date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email"]}),
        (_("Permissions"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make existing addresses read-only: a new one could be sent a password reset."""
        return [*self.readonly_fields, *(["email"] if obj else [])]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        """Refuse to set a password, with which an administrator could sign in as somebody else.

        Raises:
            PermissionDenied: Always. People reset their passwords by email.
        """
        raise PermissionDenied

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """List the people who would be deleted, and none of their records."""
        people = [str(person) for person in objs]
        return people, {self.opts.verbose_name_plural: len(people)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete an account by the same service that its owner uses, files included."""
        delete_account(person=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for person in queryset:
            delete_account(person=person)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin[Any]):
    """Second factors, which can be deleted for people who lost theirs; secrets are hidden."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse filters in the query string, by which secrets could be guessed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """A list that administrators read; filters beyond `list_filter` could guess at more."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup.removesuffix("__exact") in self.list_filter


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    """Who came into which account, without the names that people give to tokens and devices."""

    list_display = ["at", "person", "kind", "browser", "ip"]
    list_filter = ["kind"]
    list_select_related = ["person"]
    ordering = ["-at", "-id"]
    search_fields = ["person__email"]
    fields = ["at", "person", "kind", "browser", "ip"]

    @admin.display(description=_("device"))
    def browser(self, event: SecurityEvent) -> str:
        return name_from_user_agent(event.user_agent) if event.ip else "–"


@admin.register(LogEntry)
class AdministratorsLogAdmin(ReadOnlyAdmin):
    """What administrators did."""

    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag"]
    list_filter = ["action_flag"]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__email"]
    fields = ["action_time", "user", "content_type", "object_repr", "action_flag", "change_message"]


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    """Links to sign up with, each of which is shown once."""

    list_display = ["__str__", "created_at", "expires_at", "used_at"]
    ordering = ["-created_at"]
    fields = ["note"]

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """Create the invitation, and show its link."""
        made, secret = create_invitation(inviter=person_of(request), note=obj.note)
        obj.pk = made.pk
        link = f"{settings.SITE_URL}{reverse('account_signup')}?invitation={secret}"
        message = _(
            "Send this link. It's shown only once and lets one person sign up within a week: "
            "%(link)s"
        )
        self.message_user(request, message % {"link": link})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin):
    """Email addresses; administrators may mark them as verified, but not add or change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse new addresses, to which a password reset could be sent."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes; the changelist's action still marks addresses as verified."""
        return False
