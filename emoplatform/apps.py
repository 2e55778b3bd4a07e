"""Django's applications as this site has them."""

from django.contrib.admin.apps import AdminConfig


class TwoFactorAdminConfig(AdminConfig):
    """The administration, with our guard."""

    default_site = "accounts.admin_site.TwoFactorAdminSite"
