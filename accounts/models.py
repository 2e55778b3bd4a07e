"""Users, who sign in by email, their sessions, consents and access tokens."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.device_names import name_from_user_agent


class UserManager(BaseUserManager["User"]):
    """Creates users from an email address and a password."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user, who cannot sign in without a password.

        Raises:
            ValueError: If the email address is empty.
        """
        if not email:
            raise ValueError("A person needs an email address.")
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an administrator.

        Raises:
            ValidationError: If the password is weak; `createsuperuser` would let one pass.
        """
        if password is not None:
            validate_password(password, self.model(email=email))
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return a user by email address, ignoring case."""
        users = self.alias(address=Lower("email"))  # uses the index of the constraint
        return users.get(address=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who keeps a mood diary."""

    email = models.EmailField(_("email address"))
    is_staff = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        help_text=_("Tells which day a moment belongs to where the browser does not say."),
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Of pages and emails; the browser's of the first sign-in until it is chosen."),
    )
    new_device_letters = models.BooleanField(
        _("emails about new devices"),
        default=True,
        db_default=True,
        help_text=_("Tells by email when somebody signs in on a device that was not used before."),
    )
    sequence = models.BigIntegerField(
        default=0,
        editable=False,
        help_text=_("Counts the changes to this person's records; the row lock orders them."),
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    _password: str | None  # set by AbstractBaseUser until a new password is saved

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_once",
                violation_error_message=_("An account with this email address already exists."),
            )
        ]
        # For allauth's lookups, which match the address exactly.
        indexes = [models.Index(fields=["email"], name="accounts_user_email")]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the user; a new password revokes access tokens, as it ends sessions."""
        is_new_password = self._password is not None
        super().save(*args, **kwargs)
        if is_new_password:
            self.access_tokens.all().delete()


class Session(AbstractBaseSession):
    """A session, by a digest of its key; it goes with the person whose it is."""

    # Who is signed in, or about to be. Without a constraint, on which Django would fail for ever
    # where somebody signs in while their account is being deleted.
    person = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class Consent(models.Model):
    """Consent of a person to one version of a text, until it is withdrawn."""

    class Kind(models.TextChoices):
        USE = "use", _("reading photos of my face")
        IMPROVE = "improve", _("helping to improve the network")

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    version = models.CharField(max_length=16)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "version"],
                condition=models.Q(withdrawn_at=None),
                name="accounts_consent_standing_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class AccessToken(models.Model):
    """Lets a script act for its owner; only a digest of the secret is stored."""

    class Scope(models.TextChoices):
        READ = "read", _("read only")
        WRITE = "write", _("read and write")

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the secret."))
    prefix = models.CharField(
        max_length=10, help_text=_("The start of the secret, which tells tokens apart.")
    )
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.READ)
    # In the database true, as tokens from before this right could export.
    may_export = models.BooleanField(
        default=False, db_default=True, help_text=_("Whether it downloads everything at once.")
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text=_("To the hour."))

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Invitation(models.Model):
    """Lets one person sign up where that takes an invitation; its link is stored as a digest."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    note = models.CharField(
        _("for whom"), max_length=80, blank=True, help_text=_("A reminder for administrators.")
    )
    inviter = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.SET_NULL, related_name="invitations"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), editable=False)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.note or f"{self.created_at:%Y-%m-%d}"


class Letter(models.Model):
    """An email that waits to be sent; its row is deleted once it was."""

    template = models.CharField(max_length=80, help_text=_("Prefix of the templates."))
    person = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="letters"
    )  # an address may belong to nobody
    email = models.EmailField(_("email address"))
    language = models.CharField(max_length=8, blank=True)
    facts = models.JSONField(
        default=dict, help_text=_("What only the request knew, such as the device; never a secret.")
    )
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now, help_text=_("Of the next attempt."))
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")

    def __str__(self) -> str:
        return f"{self.template} ({self.attempts})"


class SecurityEvent(models.Model):
    """Something that decided who gets into an account, or took everything out; kept 180 days."""

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", _("Signed in")
        SECOND_FACTOR_FAILED = "second_factor_failed", _("Wrong code after the right password")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET = "password_reset", _("Password reset by email")
        PASSWORD_SET = "password_set", _("First password set")
        ADDRESS_ADDED = "address_added", _("Email address added")
        ADDRESS_CONFIRMED = "address_confirmed", _("Email address confirmed")
        ADDRESS_CHANGED = "address_changed", _("Email address changed")
        ADDRESS_REMOVED = "address_removed", _("Email address removed")
        FACTOR_ADDED = "factor_added", _("Second factor or passkey added")
        FACTOR_REMOVED = "factor_removed", _("Second factor or passkey removed")
        RECOVERY_CODES_MADE = "recovery_codes_made", _("Recovery codes created")
        TOKEN_MADE = "token_made", _("Access token created")
        TOKEN_REVOKED = "token_revoked", _("Access token revoked")
        DEVICE_SIGNED_OUT = "device_signed_out", _("Device signed out")
        EXPORTED = "exported", _("Everything downloaded")
        DISOWNED = "disowned", _("“This wasn't me”: everyone signed out")

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="security_events")
    kind = models.CharField(_("what"), max_length=24, choices=Kind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    ip = models.GenericIPAddressField(_("address"), null=True, help_text=_("None on the server."))
    user_agent = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(
        default=dict, help_text=_("Which address, token or device; never what is in the diary.")
    )
    disowned_at = models.DateTimeField(
        null=True, help_text=_("From then on the link in the email about it does nothing.")
    )

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        indexes = [models.Index(fields=["person", "-at"], name="accounts_events_of_person")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def device(self) -> str:
        """What the device calls itself, or what its user agent says; empty for the server."""
        if self.ip is None:
            return ""
        return self.facts.get("device") or name_from_user_agent(self.user_agent)

    @property
    def about(self) -> str:
        """Which address, token or device it was about; empty if that goes without saying."""
        if "to_email" in self.facts:
            return f"{self.facts['from_email']} → {self.facts['to_email']}"
        names = ("new_email", "deleted_email", "name")
        return next((self.facts[name] for name in names if name in self.facts), "")
