from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_open_work_by_kind"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["facility", "reason", "opened_at"], name="hold_by_reason"),
        ),
    ]
