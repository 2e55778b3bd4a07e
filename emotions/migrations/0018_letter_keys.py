from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("emotions", "0017_import_previews")]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="key",
            field=models.TextField(
                editable=False,
                help_text="Tells words apart, whatever their capitals; empty until they are told.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="note_key",
            field=models.TextField(
                editable=False,
                help_text="The note without capitals and accents; empty until it is searched so.",
                null=True,
            ),
        ),
    ]
