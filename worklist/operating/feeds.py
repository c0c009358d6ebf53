"""When each feed was last heard of, kept from the newest messages only."""

from typing import Final

from django.db import connection

# Numbers are given out before they are committed: one that was late is looked for again this far back.
_BACK: Final = 1_000
_NOTE: Final = """
INSERT INTO worklist_feedheard AS h (facility_id, feed, last_message, heard_at)
SELECT facility_id, feed, max(id), max(received_at) FROM registration_inboundmessage
WHERE id > (SELECT coalesce(max(last_message), 0) FROM worklist_feedheard) - %s
GROUP BY facility_id, feed
ON CONFLICT (facility_id, feed) DO UPDATE
SET last_message = greatest(h.last_message, excluded.last_message), heard_at = greatest(h.heard_at, excluded.heard_at)
WHERE (h.last_message, h.heard_at) < (excluded.last_message, excluded.heard_at)
"""


def note_feeds() -> int:
    """Bring the list up to date; answers how many rows changed. Reads the messages that came since, and a few before."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [_BACK])
        return int(cursor.rowcount)
