"""Queues as configuration: versions, drafts, rerouting; next-only people and assignments."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("worklist", "0004_account_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AssignedItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.PositiveIntegerField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="NextOnly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("since", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="QueueSetDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.TextField()),
                ("base", models.PositiveIntegerField()),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="QueueSetVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("document", models.TextField()),
                ("reason", models.CharField(max_length=300)),
                ("back_to", models.PositiveIntegerField(help_text="The earlier version that this one brings back.", null=True)),
                ("published_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Rerouting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("total", models.PositiveIntegerField()),
                ("seen", models.PositiveIntegerField(default=0)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("after", models.BigIntegerField(default=0, help_text="The last work item that was looked at.")),
                ("settled", models.BooleanField(default=False, help_text="All of it was looked at once.")),
                ("waiting", models.JSONField(default=list)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="putback",
            index=models.Index(fields=["facility", "on", "user"], name="put_back_by_day"),
        ),
        migrations.AddField(
            model_name="assigneditem",
            name="before",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="assigneditem",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="assigneditem",
            name="item",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.workitem"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="assignment",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="to",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="assigneditem",
            name="assignment",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="items", to="worklist.assignment"),
        ),
        migrations.AddField(
            model_name="nextonly",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="nextonly",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="nextonly",
            name="set_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="nextonly",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="queuesetdraft",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="queuesetdraft",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="queuesetversion",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="queuesetversion",
            name="written_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rerouting",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="rerouting",
            name="version",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="rerouting", to="worklist.queuesetversion"
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["facility", "-id"], name="assignment_latest"),
        ),
        migrations.AddConstraint(
            model_name="assigneditem",
            constraint=models.UniqueConstraint(fields=("assignment", "item"), name="assigned_item_once"),
        ),
        migrations.AddConstraint(
            model_name="nextonly",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("user", "facility"), name="next_only_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="queuesetdraft",
            constraint=models.UniqueConstraint(fields=("facility", "user"), name="queue_draft_once"),
        ),
        migrations.AddConstraint(
            model_name="queuesetversion",
            constraint=models.UniqueConstraint(fields=("facility", "number"), name="queue_set_number_once"),
        ),
    ]
