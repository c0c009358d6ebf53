"""What counters are made of: which accounts changed, and what each account that is not finished adds to which number."""

from django.db import models


class Changed(models.Model):
    """An account changed in a way that counts; triggers write it in the change's own transaction, the relay takes it away.

    A mark for each change, not for each account: nobody waits for another's mark.
    """

    facility_id = models.BigIntegerField()
    account_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"changed #{self.pk}"


class Counted(models.Model):
    """What one account adds to one counter, as it was counted last. The counter is the sum of these, and the earliest day.

    The relay alone writes it. No foreign key in the database: its check would wait for everybody who has the account locked.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    board = models.CharField(max_length=8, db_collation="C")
    key = models.CharField(max_length=60, db_collation="C")
    open = models.PositiveSmallIntegerField()
    day = models.DateField(null=True)
    dollars = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [
            # Also serves the relay: what an account added so far.
            models.UniqueConstraint(fields=("account", "board", "key"), name="counted_once"),
        ]
        indexes = [
            # The relay: the earliest day of a counter, one look at the index.
            models.Index(fields=("facility", "board", "key", "day"), name="counted_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.key} #{self.account_id}"
