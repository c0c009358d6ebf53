"""Who of the background processes was there lately. The work itself is ``accounts.OutboxRow``."""

from django.db import models


class Heartbeat(models.Model):
    """One kind of process and when one of it was last there, by the database's clock.

    ``relay``: one sweeps. ``clock``: one runs the periodic jobs. ``worker.interactive`` and ``worker.bulk``: a message of
    that lane came through the broker to a worker that reached the database.
    """

    process = models.CharField(max_length=24, primary_key=True, db_collation="C")
    seen_at = models.DateTimeField()
    version = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.process
