"""Which backups were made."""

from django.db import models


class Backup(models.Model):
    """One backup that was finished; append-only. ``name`` is its folder's, or what made it; where it lies is the operator's."""

    DUMP, ELSEWHERE = "dump", "elsewhere"

    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(auto_now_add=True)
    how = models.CharField(max_length=9, choices=[(DUMP, "By this application"), (ELSEWHERE, "By other means")], db_collation="C")
    name = models.CharField(max_length=120)
    bytes = models.BigIntegerField(null=True)
    encrypted = models.BooleanField(null=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True, db_collation="C")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"backup #{self.pk}"
