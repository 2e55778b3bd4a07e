"""The form that begins contributions."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ContributionConsentForm(forms.Form):
    """Consent to contributing, apart from the consent that the site needs."""

    agree = forms.BooleanField(
        label=_("A small cut-out of my face may be used to train the network from now on."),
        error_messages={"required": _("Nothing was changed. Tick the box if you'd like to help.")},
    )
