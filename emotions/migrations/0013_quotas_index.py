from django.conf import settings
from django.db import migrations, models

from common.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("emotions", "0012_quotas"),
        ("ml", "0004_training_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="capture",
            index=models.Index(
                condition=models.Q(("picture_bytes__gt", 0)),
                fields=["owner", "picture_bytes"],
                name="emotions_capture_space",
            ),
        ),
    ]
