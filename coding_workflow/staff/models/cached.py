"""Short-lived values that every process must see: sign-in attempts and used codes (cache.py)."""

from django.db import models


class CachedValue(models.Model):
    """One value of the shared cache. ``value`` is JSON text; rows past ``expires_at`` count as absent."""

    key = models.CharField(max_length=200, primary_key=True, db_collation="C")
    value = models.TextField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Removing what has run out.
            models.Index(fields=("expires_at",), name="cached_value_expiry"),
        ]

    def __str__(self) -> str:
        return "cached value"
