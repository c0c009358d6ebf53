"""The keys that a person changed for themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column with a default of the database; the version before writes people without it."""

    dependencies = [("staff", "0006_glass_reviews")]

    operations = [
        migrations.AddField(
            "user",
            "keys",
            models.JSONField(blank=True, db_default={}, default=dict, help_text="Keys of pages that the person changed."),
        ),
    ]
