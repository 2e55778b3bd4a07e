from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("emotions", "0020_tag_once_by_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="preferences",
            name="tags_sequence",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="Of the latest change of the list of tags, which apps read again then.",
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="colour",
            field=models.CharField(
                blank=True,
                choices=[
                    ("rose", "rose"),
                    ("orange", "orange"),
                    ("gold", "gold"),
                    ("green", "green"),
                    ("teal", "teal"),
                    ("blue", "blue"),
                    ("violet", "violet"),
                    ("grey", "grey"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="sequence",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="Of the latest change of the tag itself; 0 where there was none.",
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="sign",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="One emoji or letter that stands before the name.",
                max_length=16,
            ),
        ),
    ]
