"""Choosing a password: one plain rule instead of a list of four."""

from typing import Any

from allauth.account import forms
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class PlainRuleMixin:
    """Says only how long a password has to be; what else is wrong with one, its error says."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        length = MinimumLengthValidator().min_length
        self.fields["password1"].help_text = _("Use at least %(length)d characters.") % {
            "length": length
        }


class SignUpForm(PlainRuleMixin, forms.SignupForm):
    """Creates an account."""


class ChangePasswordForm(PlainRuleMixin, forms.ChangePasswordForm):
    """Changes a password."""


class SetPasswordForm(PlainRuleMixin, forms.SetPasswordForm):
    """Sets a first password."""


class ResetPasswordForm(PlainRuleMixin, forms.ResetPasswordKeyForm):
    """Sets a password by the link in an email."""
