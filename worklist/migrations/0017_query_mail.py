"""Reminders of queries by mail: whether a facility sends them, where to, and what became of each message."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import facility_matches, never_deleted

_SETTLED = ["sent", "refused", "failed", "uncertain", "needless"]
#: What a message is about never changes, and what became of one that is done stays.
FIXED = """
CREATE FUNCTION public.worklist_keep_query_mail() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state IN ('sent', 'refused', 'failed', 'needless') OR
       ROW(NEW.facility_id, NEW.account_id, NEW.query_id, NEW.step, NEW.desk, NEW.address, NEW.uuid, NEW.planned_at)
       IS DISTINCT FROM
       ROW(OLD.facility_id, OLD.account_id, OLD.query_id, OLD.step, OLD.desk, OLD.address, OLD.uuid, OLD.planned_at)
    THEN
        RAISE EXCEPTION 'a message stays as it was planned, and what became of it stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER worklist_querymail_kept BEFORE UPDATE ON worklist_querymail
    FOR EACH ROW EXECUTE FUNCTION public.worklist_keep_query_mail();
"""
FIXED_BACK = """
DROP TRIGGER worklist_querymail_kept ON worklist_querymail;
DROP FUNCTION public.worklist_keep_query_mail();
"""


def _id() -> tuple[str, models.BigAutoField]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _to(model: str, name: str = "+") -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model)


def _one_to(model: str, name: str) -> models.OneToOneField:
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_listed_in_order"),
        ("coding", "0007_suggestion_guards"),
        ("worklist", "0016_queue_proposals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QueryMailSetting",
            fields=[
                _id(),
                ("on", models.BooleanField(default=False)),
                ("contact", models.CharField(max_length=120)),
                ("advisor", models.EmailField(blank=True, max_length=254)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("changed_by", _to(settings.AUTH_USER_MODEL)),
                ("facility", _one_to("accounts.facility", "+")),
            ],
        ),
        migrations.CreateModel(
            name="ProviderEmail",
            fields=[
                _id(),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("changed_by", _to(settings.AUTH_USER_MODEL)),
                ("provider", _one_to("accounts.provider", "query_email")),
            ],
        ),
        migrations.CreateModel(
            name="QueryMail",
            fields=[
                _id(),
                ("step", models.PositiveSmallIntegerField()),
                ("desk", models.CharField(db_collation="C", max_length=20)),
                ("address", models.EmailField(max_length=254)),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "To be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Handed to the mail server"),
                            ("refused", "Address refused by the mail server"),
                            ("failed", "Not sent: the mail server was away or did not take it"),
                            ("uncertain", "Perhaps sent; not tried again"),
                            ("needless", "Not sent: no longer needed"),
                        ],
                        db_collation="C",
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("planned_at", models.DateTimeField(auto_now_add=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("account", _to("accounts.account")),
                ("facility", _to("accounts.facility")),
                ("query", _to("coding.providerquery", "mails")),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [models.Index(fields=["facility", "-id"], name="query_mail_latest")],
                "constraints": [
                    models.UniqueConstraint(fields=("query", "step", "address"), name="query_mail_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "sending", *_SETTLED])), name="query_mail_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", False), ("state__in", _SETTLED)),
                            models.Q(models.Q(("state__in", _SETTLED), _negated=True), ("settled_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="query_mail_settled_at_a_time",
                    ),
                ],
            },
        ),
        facility_matches("worklist_querymail"),
        never_deleted("worklist_querymail"),
        migrations.RunSQL(FIXED, FIXED_BACK),
    ]
