from django.db import migrations, models

READ_ON = [("device", "on my device"), ("server", "on the server")]


class Migration(migrations.Migration):
    dependencies = [
        ("emotions", "0027_answered_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="capture",
            name="read_on",
            field=models.CharField(
                choices=READ_ON,
                db_default="server",
                default="server",
                help_text="Where its picture was read.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="preferences",
            name="read_on",
            field=models.CharField(
                choices=READ_ON,
                db_default="server",
                default="server",
                help_text="Where pictures to come are read.",
                max_length=8,
            ),
        ),
    ]
