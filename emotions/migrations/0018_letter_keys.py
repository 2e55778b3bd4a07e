from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("emotions", "0017_import_previews")]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="key",
            field=models.TextField(
                editable=False,
                help_text="The name as it is compared; empty if an earlier version wrote it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="note_key",
            field=models.TextField(
                editable=False,
                help_text="The note as it is searched; empty if an earlier version wrote it.",
                null=True,
            ),
        ),
    ]
