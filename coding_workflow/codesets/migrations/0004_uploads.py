"""Uploads of code tables: what was given, its bytes, what became of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import append_only, never_deleted

STATES = [
    ("reading", "Being read"),
    ("refused", "Refused"),
    ("ready", "Ready to load"),
    ("loading", "Being loaded"),
    ("loaded", "Loaded"),
    ("discarded", "Discarded"),
]


def _key() -> tuple[str, models.Field]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _to(model: str, related_name: str = "+", *, on_delete=django.db.models.deletion.PROTECT, **more: bool) -> models.ForeignKey:
    return models.ForeignKey(on_delete=on_delete, related_name=related_name, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("codesets", "0003_ncci"),
        ("accounts", "0003_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TableUpload",
            fields=[
                _key(),
                ("system", models.CharField(db_collation="C", max_length=40)),
                ("label", models.CharField(blank=True, max_length=80)),
                ("starts", models.DateField()),
                ("ends", models.DateField(blank=True, null=True)),
                ("take_over", models.BooleanField(default=False)),
                ("state", models.CharField(choices=STATES, db_collation="C", max_length=10)),
                ("said", models.CharField(blank=True, max_length=500)),
                ("difference", models.JSONField(default=dict)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("facility", _to("accounts.facility")),
                ("release", _to("codesets.tablerelease", blank=True, null=True)),
                ("uploaded_by", _to(settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="UploadFile",
            fields=[
                _key(),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("replaced", models.BooleanField(default=False)),
                ("upload", _to("codesets.tableupload", "files")),
            ],
            options={"ordering": ("position", "pk")},
        ),
        migrations.CreateModel(
            name="UploadPiece",
            fields=[
                _key(),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                ("file", _to("codesets.uploadfile", "pieces", on_delete=django.db.models.deletion.CASCADE)),
            ],
        ),
        migrations.CreateModel(
            name="UploadEvent",
            fields=[
                _key(),
                ("kind", models.CharField(db_collation="C", max_length=40)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("said", models.CharField(blank=True, max_length=500)),
                ("by", _to(settings.AUTH_USER_MODEL, blank=True, null=True)),
                ("upload", _to("codesets.tableupload", "events")),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.AddIndex(
            model_name="tableupload", index=models.Index(fields=["facility", "-uploaded_at"], name="upload_newest")
        ),
        migrations.AddConstraint(
            model_name="uploadpiece", constraint=models.UniqueConstraint(fields=("file", "number"), name="piece_once")
        ),
        # Archives do not get smaller by trying.
        migrations.RunSQL(
            "ALTER TABLE codesets_uploadpiece ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE codesets_uploadpiece ALTER COLUMN content SET STORAGE EXTENDED",
        ),
        never_deleted("codesets_tableupload"),
        append_only("codesets_uploadevent"),
    ]
