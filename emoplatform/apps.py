from django.contrib.admin.apps import AdminConfig
from django.core.checks import Tags, register

from emoplatform.checks import proxy_in_front


class TwoFactorAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.TwoFactorAdminSite"

    def ready(self) -> None:
        super().ready()
        register(proxy_in_front, Tags.security, deploy=True)
