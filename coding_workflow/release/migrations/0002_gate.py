"""The gate: a BEFORE INSERT trigger on the release table. No path goes round it, plain SQL included.

It takes the account's row lock, so that a hold opened meanwhile is either seen here or waits and lands on a released
account (where it starts a discrepancy). It asks for: the final-coded step, no open blocking hold, a releasable verdict
on exactly this revision, an approver who did not code the account, and the place of the release in its sequence.
A step past release needs a release row of its own, made since the account was last reopened.
"""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted, raises_revision

GATE = """
CREATE FUNCTION public.release_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account public.accounts_account%ROWTYPE;
    checked public.release_check%ROWTYPE;
    before public.release_release%ROWTYPE;
BEGIN
    SELECT * INTO STRICT account FROM public.accounts_account WHERE id = NEW.account_id FOR UPDATE;
    IF account.step <> 'final_coded' THEN
        RAISE EXCEPTION 'release refused: account % is not final coded', NEW.account_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM public.accounts_hold WHERE account_id = NEW.account_id AND resolved_at IS NULL AND blocking) THEN
        RAISE EXCEPTION 'release refused: account % has an open hold', NEW.account_id USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO checked FROM public.release_check WHERE id = NEW.verdict_id AND account_id = NEW.account_id;
    IF checked.id IS NULL OR checked.verdict <> 'releasable' OR checked.revision <> account.revision
       OR NEW.revision <> account.revision THEN
        RAISE EXCEPTION 'release refused: account % has no releasable verdict on its revision %', NEW.account_id, account.revision
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.approved_by_id IN (
        SELECT assigned_by_id FROM public.coding_codeddiagnosis WHERE account_id = NEW.account_id AND superseded_at IS NULL
        UNION SELECT changed_by_id FROM public.coding_codeddiagnosis WHERE account_id = NEW.account_id AND superseded_at IS NULL
        UNION SELECT assigned_by_id FROM public.coding_codedprocedure WHERE account_id = NEW.account_id AND superseded_at IS NULL
        UNION SELECT changed_by_id FROM public.coding_codedprocedure WHERE account_id = NEW.account_id AND superseded_at IS NULL
        UNION (SELECT coder_id FROM public.coding_finalcoding WHERE account_id = NEW.account_id ORDER BY id DESC LIMIT 1)) THEN
        RAISE EXCEPTION 'release refused: who coded account % does not approve it', NEW.account_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM public.staff_rolegrant g JOIN public.staff_user u ON u.id = g.user_id
                   WHERE g.user_id = NEW.approved_by_id AND g.facility_id = NEW.facility_id AND g.role = 'supervisor'
                     AND g.ended_at IS NULL AND u.is_active) THEN
        RAISE EXCEPTION 'release refused: the approver is no supervisor of this facility' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO before FROM public.release_release WHERE account_id = NEW.account_id ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> coalesce(before.sequence, 0) + 1 OR NEW.supersedes_id IS DISTINCT FROM before.id THEN
        RAISE EXCEPTION 'release refused: account % has another latest release', NEW.account_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.released_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER release_release_gate BEFORE INSERT ON release_release FOR EACH ROW EXECUTE FUNCTION public.release_gate();
"""

# A release covers the step past it only while the account has not been judged anew: its revision must still be the one
# released when the account moves there. A late change raises the revision of a released account and leaves its step.
PAST_RELEASE = """
CREATE FUNCTION public.release_step_needs_release() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.release_release WHERE account_id = NEW.id AND revision = NEW.revision
                   AND sequence = (SELECT max(sequence) FROM public.release_release WHERE account_id = NEW.id)) THEN
        RAISE EXCEPTION 'account % cannot be released without a release on its revision', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_account_release BEFORE UPDATE ON accounts_account FOR EACH ROW
    WHEN (OLD.step IS DISTINCT FROM NEW.step AND NEW.step = 'released')
    EXECUTE FUNCTION public.release_step_needs_release();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("release", "0001_releases"),
        ("coding", "0002_guards"),
        ("staff", "0002_roles_competence_records"),
        ("accounts", "0006_steps"),
    ]

    operations = [
        *[
            facility_matches(table)
            for table in (
                "release_check",
                "release_release",
                "release_certificate",
                "release_override",
                "release_discrepancycase",
            )
        ],
        append_only("release_check"),
        append_only("release_release"),
        append_only("release_certificate"),
        # What a person overrides and what is wrong with a submitted claim are judged facts: a stored verdict goes stale.
        raises_revision("release_override"),
        raises_revision("release_discrepancycase"),
        never_deleted("release_override"),
        never_deleted("release_discrepancycase"),
        migrations.RunSQL(GATE, "DROP TRIGGER release_release_gate ON release_release; DROP FUNCTION public.release_gate()"),
        migrations.RunSQL(
            PAST_RELEASE,
            "DROP TRIGGER accounts_account_release ON accounts_account; DROP FUNCTION public.release_step_needs_release()",
        ),
    ]
