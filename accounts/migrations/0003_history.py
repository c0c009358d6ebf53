"""The hash chain, written by the database: sequence, instant and hash of an event are not the application's to choose.

Functions are SECURITY DEFINER with a fixed search path: the application's role may not write the columns that they
keep, and no temporary table or session variable can stand in their way.
"""

from django.db import migrations

from accounts.constraints import append_only

REFUSE = """
CREATE FUNCTION public.accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: nothing that happened is changed or removed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

CHAIN = """
CREATE FUNCTION public.accounts_chain_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last_sequence integer;
    last_head text;
BEGIN
    SELECT event_sequence, event_head INTO STRICT last_sequence, last_head
        FROM public.accounts_account WHERE id = NEW.account_id FOR UPDATE;
    NEW.sequence := last_sequence + 1;
    NEW.previous_hash := last_head;
    NEW.at := clock_timestamp();
    NEW.hash := encode(sha256(convert_to(concat_ws(E'\\x1f',
        NEW.previous_hash, NEW.sequence::text, NEW.account_id::text, NEW.facility_id::text, NEW.kind, NEW.actor_kind,
        NEW.actor, NEW.action::text, (extract(epoch FROM NEW.at) * 1000000)::bigint::text, NEW.payload), 'UTF8')), 'hex');
    UPDATE public.accounts_account SET event_sequence = NEW.sequence, event_head = NEW.hash WHERE id = NEW.account_id;
    RETURN NEW;
END $$;
"""

CHECKS = """
ALTER TABLE accounts_event
    ADD CONSTRAINT event_kind_dotted CHECK (kind ~ '^[a-z_]+([.][a-z_]+)+$'),
    ADD CONSTRAINT event_actor_plain CHECK (actor !~ '[[:cntrl:]]' AND actor <> ''),
    ADD CONSTRAINT event_actor_kind CHECK (actor_kind IN ('person', 'policy', 'feed', 'system'));
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_same_facility")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION public.accounts_refuse_change()"),
        migrations.RunSQL(CHAIN, "DROP FUNCTION public.accounts_chain_event()"),
        migrations.RunSQL(
            CHECKS,
            "ALTER TABLE accounts_event DROP CONSTRAINT event_kind_dotted, DROP CONSTRAINT event_actor_plain, "
            "DROP CONSTRAINT event_actor_kind",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER accounts_event_chain BEFORE INSERT ON accounts_event "
            "FOR EACH ROW EXECUTE FUNCTION public.accounts_chain_event()",
            "DROP TRIGGER accounts_event_chain ON accounts_event",
        ),
        append_only("accounts_event"),
        append_only("accounts_accessrecord"),
        append_only("accounts_documentversion"),
    ]
