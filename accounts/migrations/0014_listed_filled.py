"""Fill what lists are ordered and filtered by for the work that is open and the accounts that are held.

In batches of their own, so that nobody waits long; again from the beginning does no harm. Work that is closed keeps the
empty columns: no list shows it.
"""

from django.db import migrations, transaction

_BATCH = 500
_NEXT = """
SELECT account_id FROM (
    SELECT account_id FROM accounts_workitem WHERE closed_at IS NULL
    UNION SELECT account_id FROM accounts_hold WHERE resolved_at IS NULL AND blocking
) AS unfinished ORDER BY account_id
"""


def fill(apps, schema_editor):
    """Each batch commits by itself; accounts are locked in key order, as everywhere."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        accounts = [pk for (pk,) in cursor.fetchall()]
    for start in range(0, len(accounts), _BATCH):
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(
                "SELECT public.accounts_relist(pk) FROM unnest(%s::bigint[]) AS pk", [accounts[start : start + _BATCH]]
            )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0013_listed")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
