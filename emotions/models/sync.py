"""What apps need to stay equal with the site, though they lose the connection."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ResourceVersion(models.Model):
    """The latest change of a tag, a reminder or another small resource, as the feed tells it.

    It is made when somebody asks for the feed and the resource is not as it was then.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # both constraints' begin with the owner
    )
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=40, help_text=_("Tells those of one kind apart."))
    digest = models.CharField(
        max_length=64, blank=True, help_text=_("Of what it was then; empty where it was gone.")
    )
    sequence = models.BigIntegerField(help_text=_("Orders all changes of one owner."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "key"], name="emotions_resource_once"),
            models.UniqueConstraint(fields=["owner", "sequence"], name="emotions_resource_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class AnsweredRequest(models.Model):
    """A request that changed something under an idempotency key, so that it is made only once.

    Captures hold the keys of the requests that recorded them themselves.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the constraint's begins with the owner
    )
    key = models.CharField(max_length=255)
    digest = models.CharField(
        max_length=64, help_text=_("Tells the same request from another one.")
    )
    record = models.CharField(
        max_length=40, blank=True, help_text=_("The primary key of what it made or changed.")
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="emotions_answered_once")
        ]

    def __str__(self) -> str:
        return self.key
