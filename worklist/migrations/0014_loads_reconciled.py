"""A reconciliation also counts the codes and holds of the opening load."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("worklist", "0013_counted")]

    operations = [
        migrations.AddField(
            model_name="reconciliation",
            name="loads",
            field=models.JSONField(
                help_text="Codes and holds of the opening load: there, here, and the accounts that differ.", null=True
            ),
        ),
    ]
