"""What the API keeps for itself: which requests were done already."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A request of the API that did something, so that its repetition does nothing and is answered alike.

    Written in the transaction of what was done. The key is kept as a hash, because clients choose it; of the request its
    hash; of the answer the status and the key of the row, from which it is told anew. Deleted after two days.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    key_hash = models.CharField(max_length=64, db_collation="C")
    request_hash = models.CharField(max_length=64, db_collation="C")
    status = models.PositiveSmallIntegerField()
    subject = models.BigIntegerField(null=True)
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "key_hash"), name="idempotency_key_once")]
        indexes = [
            # The purge of old keys.
            models.Index(fields=("done_at",), name="idempotency_by_age"),
        ]

    def __str__(self) -> str:
        return f"request #{self.pk}"
