"""Which backups were made; a row is never changed."""

from django.db import migrations, models

from accounts.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [("database", "0001_extensions"), ("accounts", "0003_history")]

    operations = [
        migrations.CreateModel(
            name="Backup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(auto_now_add=True)),
                (
                    "how",
                    models.CharField(
                        choices=[("dump", "By this application"), ("elsewhere", "By other means")], db_collation="C", max_length=9
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("bytes", models.BigIntegerField(null=True)),
                ("encrypted", models.BooleanField(null=True)),
                ("manifest_sha256", models.CharField(blank=True, db_collation="C", max_length=64)),
            ],
            options={"ordering": ("-pk",)},
        ),
        append_only("database_backup"),
    ]
