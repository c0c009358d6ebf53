"""FHIR resources by their versions: which is in force, under which keys others find it, and what it refers to."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class ResourceVersion(models.Model):
    """One version of one resource of one feed; its words are in the kept message.

    ``key`` is the resource's own (``Encounter/e1``); ``told_at`` its ``meta.lastUpdated``, or when it came; ``aliases`` are
    the keys by which references may name it, ``refers_to`` those that it names itself. One version is ``in_force``: the
    newest that was applied. ``said`` are the elements that any version before it said, so that silence takes them back.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    feed = models.CharField(max_length=40, db_collation="C")
    message = models.OneToOneField("registration.InboundMessage", on_delete=models.PROTECT, related_name="resource")
    kind = models.CharField(max_length=40, db_collation="C")
    key = models.CharField(max_length=199, db_collation="C")
    told_at = models.DateTimeField()
    aliases = models.JSONField(default=list)
    refers_to = models.JSONField(default=list)
    said = models.JSONField(default=list)
    in_force = models.BooleanField(default=False)
    account = models.ForeignKey("accounts.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("facility", "feed", "key"), condition=models.Q(in_force=True), name="resource_version_in_force_once"
            ),
        ]
        indexes = [
            # What a reference means.
            GinIndex(fields=("aliases",), condition=models.Q(in_force=True), name="resource_by_alias"),
            # A resource has come: what waits for it, and what is made from it.
            GinIndex(fields=("refers_to",), name="resource_by_reference"),
            # The encounters of an account.
            models.Index(fields=("account", "kind"), condition=models.Q(in_force=True), name="resource_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
