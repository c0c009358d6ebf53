"""The bell: a commit that leaves interactive work due tells the listening relay.

Bulk and timed rows do not notify: NOTIFY makes commits queue behind one lock, and the relay sweeps each
second anyway. One notification per transaction: PostgreSQL folds equal ones.
"""

from django.db import migrations

RING = """
CREATE FUNCTION public.outbox_ring() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('outbox', '');
    RETURN NULL;
END $$;

CREATE TRIGGER outbox_ring AFTER INSERT OR UPDATE ON accounts_outboxrow
    FOR EACH ROW
    WHEN (NEW.state = 'waiting' AND NEW.lane = 'interactive' AND NEW.rung_at IS NULL AND NEW.not_before <= clock_timestamp())
    EXECUTE FUNCTION outbox_ring();
"""

SILENCE = """
DROP TRIGGER outbox_ring ON accounts_outboxrow;
DROP FUNCTION outbox_ring();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_nouns")]

    operations = [migrations.RunSQL(RING, SILENCE)]
