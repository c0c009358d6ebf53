"""What compliance found about each opening of a restricted account, and further ways in which signing in can go."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import append_only

# SECURITY: a trigger, so that no path lets anybody judge what they did themselves, or before it is over.
BY_ANOTHER = """
CREATE FUNCTION public.staff_reviewed_by_another() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.staff_breakglass g WHERE g.id = NEW.opening_id AND g.user_id = NEW.reviewer_id) THEN
        RAISE EXCEPTION 'nobody reviews their own opening' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER staff_breakglassreview_by_another BEFORE INSERT ON staff_breakglassreview
FOR EACH ROW EXECUTE FUNCTION public.staff_reviewed_by_another();
"""
NOT_BY_ANOTHER = """
DROP TRIGGER staff_breakglassreview_by_another ON staff_breakglassreview;
DROP FUNCTION public.staff_reviewed_by_another();
"""

OUTCOMES = [
    ("signed_in", "Signed in"),
    ("refused", "Wrong name or password"),
    ("disabled", "Person is disabled"),
    ("expired_password", "Temporary password ran out"),
    ("wrong_code", "Wrong or used code"),
    ("throttled", "Too many attempts"),
    ("signed_out", "Signed out"),
    ("idle", "Session ended: idle"),
    ("too_long", "Session ended: longest duration"),
    ("only_sign_on", "Password where only the hospital's sign-on counts"),
    ("not_known", "Signed on at the hospital, not known here"),
    ("ended_there", "Session ended by the hospital's sign-on"),
]
FOUND = [
    ("justified", "Justified"),
    ("not_justified", "Not justified"),
    ("passed_on", "Passed on to somebody else"),
]


class Migration(migrations.Migration):
    dependencies = [("staff", "0005_tokens"), ("accounts", "0003_history")]

    operations = [
        migrations.CreateModel(
            name="BreakGlassReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(choices=FOUND, db_collation="C", max_length=16)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "opening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review", to="staff.breakglass"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", [value for value, _ in FOUND])), name="glass_outcome_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome", "justified"), models.Q(("words", ""), _negated=True), _connector="OR"),
                        name="glass_outcome_with_words",
                    ),
                ],
            },
        ),
        migrations.AddIndex("breakglass", models.Index(fields=["facility", "-id"], name="glass_by_facility")),
        migrations.AlterField("signinrecord", "outcome", models.CharField(choices=OUTCOMES, db_collation="C", max_length=16)),
        append_only("staff_breakglassreview"),
        migrations.RunSQL(BY_ANOTHER, NOT_BY_ANOTHER),
    ]
