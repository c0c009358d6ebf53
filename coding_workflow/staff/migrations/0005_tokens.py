"""Tokens of the API, and systems: owners of tokens who never sign in."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import never_deleted

# SECURITY: what a token may do is settled when it is made. Used, counted, revoked once: nothing else changes.
FIXED = """
CREATE FUNCTION public.staff_token_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF ROW(NEW.id, NEW.owner_id, NEW.facility_id, NEW.made_by_id, NEW.name, NEW.prefix, NEW.secret_hash, NEW.scope, NEW.roles,
           NEW.epoch, NEW.made_at, NEW.expires_at)
       IS DISTINCT FROM
       ROW(OLD.id, OLD.owner_id, OLD.facility_id, OLD.made_by_id, OLD.name, OLD.prefix, OLD.secret_hash, OLD.scope, OLD.roles,
           OLD.epoch, OLD.made_at, OLD.expires_at)
       OR (OLD.revoked_at IS NOT NULL
           AND ROW(NEW.revoked_at, NEW.revoked_by_id) IS DISTINCT FROM ROW(OLD.revoked_at, OLD.revoked_by_id))
    THEN
        RAISE EXCEPTION 'a token stays as it was made, and revoked once it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER staff_apitoken_fixed BEFORE UPDATE ON staff_apitoken
FOR EACH ROW EXECUTE FUNCTION public.staff_token_is_fixed();
"""
FIXED_BACK = """
DROP TRIGGER staff_apitoken_fixed ON staff_apitoken;
DROP FUNCTION public.staff_token_is_fixed();
"""

ROLES = [
    ("coder", "Coder"),
    ("reviewer", "Reviewer"),
    ("supervisor", "Supervisor"),
    ("biller", "Biller"),
    ("administrator", "Administrator"),
    ("compliance", "Compliance"),
]
SCOPES = [("read", "Read"), ("write", "Read and write"), ("messages", "Deliver messages only")]


def _person(name: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=settings.AUTH_USER_MODEL, **more)


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_single_letter_keys"), ("accounts", "0010_queue_limits")]

    operations = [
        migrations.AddField(
            "user",
            "is_system",
            models.BooleanField(default=False, help_text="A program with a name of its own: works by token, never signs in."),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("prefix", models.CharField(db_collation="C", max_length=12, unique=True)),
                ("secret_hash", models.CharField(db_collation="C", max_length=64)),
                ("scope", models.CharField(choices=SCOPES, db_collation="C", max_length=8)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=ROLES, max_length=16), size=None
                    ),
                ),
                ("epoch", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("minute_began_at", models.DateTimeField(blank=True, null=True)),
                ("minute_count", models.PositiveIntegerField(default=0)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                ("made_by", _person("+")),
                ("owner", _person("api_tokens")),
                ("revoked_by", _person("+", blank=True, null=True)),
            ],
            options={
                "ordering": ("-pk",),
                "indexes": [models.Index(fields=["facility", "-id"], name="token_by_facility")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", [value for value, _ in SCOPES])), name="token_scope_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("roles__len__gt", 0)), name="token_has_a_role"),
                    models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("made_at"))), name="token_ends"),
                    models.CheckConstraint(
                        condition=models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", False), _connector="OR"),
                        name="token_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FIXED, FIXED_BACK),
        never_deleted("staff_apitoken"),
    ]
