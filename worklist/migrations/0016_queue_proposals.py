"""Publishing queues takes two people: proposals that wait for the second, and who that was."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import facility_matches, never_deleted

FIXED = """
CREATE FUNCTION public.worklist_keep_queue_proposal() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ending CONSTANT text[] := ARRAY['state', 'settled_by_id', 'settled_at', 'answer', 'version_id'];
BEGIN
    IF NEW.hash <> encode(sha256(convert_to(NEW.document, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the hash of a proposal is that of its text' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'a proposal begins open' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF OLD.state <> 'open' OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending THEN
        RAISE EXCEPTION 'a proposal is not changed; only its end is written, once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'published' AND NOT EXISTS (
        SELECT FROM public.worklist_queuesetversion AS version
         WHERE version.id = NEW.version_id AND version.document = NEW.document
           AND version.written_by_id = NEW.written_by_id AND version.published_by_id = NEW.settled_by_id
    ) THEN
        RAISE EXCEPTION 'what was published is not what was proposed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER worklist_queuesetproposal_kept BEFORE INSERT OR UPDATE ON worklist_queuesetproposal
    FOR EACH ROW EXECUTE FUNCTION public.worklist_keep_queue_proposal();
"""
FIXED_BACK = """
DROP TRIGGER worklist_queuesetproposal_kept ON worklist_queuesetproposal;
DROP FUNCTION public.worklist_keep_queue_proposal();
"""


def _person(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_listed_in_order"),
        ("worklist", "0015_queue_needs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("queuesetversion", "published_by", _person(null=True)),
        migrations.AddConstraint(
            "queuesetversion",
            models.CheckConstraint(
                condition=models.Q(("written_by", models.F("published_by")), _negated=True), name="queue_set_two_people"
            ),
        ),
        migrations.CreateModel(
            name="QueueSetProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.TextField()),
                ("hash", models.CharField(db_collation="C", max_length=64)),
                ("base", models.PositiveIntegerField()),
                ("back_to", models.PositiveIntegerField(null=True)),
                ("reason", models.CharField(max_length=300)),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a second person"),
                            ("published", "Published"),
                            ("returned", "Sent back"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_collation="C",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, help_text="Why it was sent back or withdrawn.", max_length=300)),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                ("settled_by", _person(null=True)),
                (
                    "version",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="worklist.queuesetversion",
                    ),
                ),
                ("written_by", _person()),
            ],
            options={
                "indexes": [models.Index(fields=["facility", "-id"], name="queue_proposal_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("facility",), name="queue_proposal_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "published", "returned", "withdrawn"])),
                        name="queue_proposal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="queue_proposal_settled_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("published", "returned")), _negated=True),
                            models.Q(("written_by", models.F("settled_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="queue_proposal_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), ("version__isnull", False)),
                            models.Q(models.Q(("state", "published"), _negated=True), ("version__isnull", True)),
                            _connector="OR",
                        ),
                        name="queue_proposal_has_its_version",
                    ),
                ],
            },
        ),
        facility_matches("worklist_queuesetproposal", column="version_id", target="worklist_queuesetversion"),
        never_deleted("worklist_queuesetproposal"),
        migrations.RunSQL(FIXED, FIXED_BACK),
    ]
