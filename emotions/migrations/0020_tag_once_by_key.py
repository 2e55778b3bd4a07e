from django.conf import settings
from django.db import migrations, models

from common.migrations import AddUniqueConstraintConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("emotions", "0019_fill_letter_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="tag", name="emotions_tag_once_per_owner"),
        AddUniqueConstraintConcurrently(
            model_name="tag",
            constraint=models.UniqueConstraint(
                fields=("owner", "key"), name="emotions_tag_once_by_key"
            ),
        ),
    ]
