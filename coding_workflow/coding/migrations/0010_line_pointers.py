"""Diagnosis pointers of professional lines, and the place of service as the record says it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import facility_matches, never_deleted, raises_revision

TABLE = "coding_linepointers"

# A row says for ever what was pointed at; it may only be superseded, once.
FIXED = """
CREATE FUNCTION public.coding_pointers_are_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'line pointers never change: others are another row' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER coding_linepointers_fixed BEFORE UPDATE ON coding_linepointers FOR EACH ROW
    WHEN (ROW(OLD.account_id, OLD.charge_id, OLD.facility_id, OLD.diagnoses, OLD.pointed_by_id, OLD.pointed_at)
          IS DISTINCT FROM ROW(NEW.account_id, NEW.charge_id, NEW.facility_id, NEW.diagnoses, NEW.pointed_by_id, NEW.pointed_at)
          OR OLD.superseded_at IS NOT NULL)
    EXECUTE FUNCTION public.coding_pointers_are_fixed();
"""


def _link(to: str, related_name: str) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0019_professional_judged"),
        ("coding", "0011_suggestions_by_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "recordabstract",
            "place_of_service",
            models.CharField(blank=True, db_collation="C", db_default="", default="", max_length=2),
        ),
        migrations.CreateModel(
            name="LinePointers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("diagnoses", models.JSONField(default=list)),
                ("pointed_at", models.DateTimeField(auto_now_add=True)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("account", _link("accounts.account", "line_pointers")),
                ("charge", _link("accounts.chargeline", "pointers")),
                ("facility", _link("accounts.facility", "+")),
                ("pointed_by", _link(settings.AUTH_USER_MODEL, "+")),
            ],
            options={
                "verbose_name_plural": "line pointers",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(superseded_at__isnull=True),
                        fields=("charge",),
                        name="line_pointers_in_force_once",
                    )
                ],
            },
        ),
        facility_matches(TABLE),
        raises_revision(TABLE),
        never_deleted(TABLE),
        migrations.RunSQL(
            FIXED,
            "DROP TRIGGER coding_linepointers_fixed ON coding_linepointers; DROP FUNCTION public.coding_pointers_are_fixed()",
        ),
    ]
