from django.contrib.admin.apps import AdminConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

from emoplatform.checks import encryption_keys, proxy_in_front
from emoplatform.private_files import check_private_files, tighten_after_migrating


class TwoFactorAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.TwoFactorAdminSite"

    def ready(self) -> None:
        super().ready()
        register(proxy_in_front, Tags.security, deploy=True)
        register(encryption_keys, Tags.security, deploy=True)
        register(check_private_files, Tags.security, deploy=True)
        post_migrate.connect(tighten_after_migrating, sender=self)
