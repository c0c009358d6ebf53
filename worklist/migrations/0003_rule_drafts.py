"""What somebody left in the rule editor."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guidelines", "0002_kept"),
        ("worklist", "0002_work_by_rank"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fields", models.JSONField(default=dict)),
                ("tests", models.TextField(default="[]")),
                ("seen", models.CharField(blank=True, db_collation="C", max_length=64)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "rule",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guidelines.adminrule"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("rule", "user"), name="rule_draft_once")],
            },
        ),
    ]
