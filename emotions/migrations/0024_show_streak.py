from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("emotions", "0023_wording"),
    ]

    operations = [
        migrations.AddField(
            model_name="preferences",
            name="show_streak",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Whether Today tells how many days in a row have a moment.",
            ),
        ),
    ]
