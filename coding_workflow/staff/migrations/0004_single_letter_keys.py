"""A person's choice whether single letters are keys."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column; people keep the keys."""

    dependencies = [("staff", "0003_kept")]

    operations = [
        migrations.AddField(
            "user",
            "single_letter_keys",
            models.BooleanField(default=True, help_text="Whether single letters are keys on pages (WCAG 2.1.4)."),
        ),
    ]
