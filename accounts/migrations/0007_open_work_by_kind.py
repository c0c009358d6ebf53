"""The release board reads one kind of open work of a facility in rank order."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["facility", "kind", "rank_at", "id"],
                name="work_open_by_kind",
            ),
        ),
    ]
