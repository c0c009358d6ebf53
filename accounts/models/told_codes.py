"""What other systems say an account's codes are. None of it is a code of the account: coders assign those."""

from django.conf import settings
from django.db import models

from accounts import told_codes


class CodeSource(models.TextChoices):
    """Whose codes they are."""

    ENCODER = "encoder", "Encoder"
    HOST = "host", "Patient accounting"
    OPENING = "opening", "Opening load"


class ToldCodesQuerySet(models.QuerySet["ToldCodes"]):
    """Filters named as adjectives."""

    def in_force(self) -> "ToldCodesQuerySet":
        """Of each account, source and part what was told last, by the sender's time."""
        newest = self.order_by("account_id", "source", "part", "-told_at", "-pk").distinct("account_id", "source", "part")
        return self.filter(pk__in=newest.values("pk")).order_by("part", "pk")


class ToldCodes(models.Model):
    """One list of codes as one system told it, whole; what was told later stands in its place. Append-only.

    ``part`` is what the list is of: ``diagnoses`` or ``procedures``, or one place of a list where each code comes by itself
    (``diagnosis 003``). ``named`` is who coded it in the sender's words, ``coder`` that person here, where known and competent.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="told_codes")
    source = models.CharField(max_length=8, choices=CodeSource, db_collation="C")
    part = models.CharField(max_length=40, db_collation="C")
    told_at = models.DateTimeField(help_text="The sender's time of the message.")
    received_at = models.DateTimeField(auto_now_add=True)
    told_by = models.CharField(max_length=80, help_text="Actor as kind:code.")
    named = models.CharField(max_length=80, blank=True)
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    final = models.BooleanField(default=True, help_text="Not only working codes.")
    codes = models.JSONField(default=list)
    drg = models.CharField(max_length=4, blank=True, db_collation="C")
    sha256 = models.CharField(max_length=64, db_collation="C")

    objects = ToldCodesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "told codes"
        constraints = [
            # Also serves the question what is in force, newest first.
            models.UniqueConstraint(fields=("account", "source", "part", "told_at", "sha256"), name="told_codes_once"),
            models.CheckConstraint(condition=models.Q(source__in=CodeSource.values), name="told_codes_source_known"),
        ]

    def __str__(self) -> str:
        return f"told codes #{self.pk}"

    @property
    def rows(self) -> tuple[told_codes.ToldCode, ...]:
        """The codes in their order."""
        return tuple(told_codes.from_dict(row) for row in self.codes)
