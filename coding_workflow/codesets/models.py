"""Code tables: releases with their period, and the codes in them. Nothing here changes once it is loaded."""

import hashlib
import json
from typing import Final

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class TableRelease(models.Model):
    """One release of one table, in force over a half-open period of discharge or service dates.

    ``checksum`` is the SHA-256 of what the publisher's file holds, packed or not. The only change that the
    database allows afterwards is an earlier end, when a newer release takes over within the period.
    """

    system = models.CharField(max_length=40, db_collation="C")
    label = models.CharField(max_length=80)
    effective = DateRangeField()
    checksum = models.CharField(max_length=64, db_collation="C")
    rows = models.PositiveIntegerField()
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField(auto_now_add=True)
    complete = models.BooleanField(default=False, help_text="Set at the end of the load; afterwards no code can be added.")
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_release_per_date",
                expressions=[
                    (OpClass("system", name="gist_text_ops"), RangeOperators.EQUAL),
                    ("effective", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=models.Q(effective__isempty=False), name="release_has_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.label}"


def _release(related_name: str) -> "models.ForeignKey[TableRelease, TableRelease]":
    """The release of a row. The database checks it once for each statement (migration 0002), not once for each of a
    hundred thousand rows, and every table has a unique key that begins with it."""
    return models.ForeignKey(
        TableRelease, on_delete=models.PROTECT, related_name=related_name, db_constraint=False, db_index=False
    )


class CodeGroup(models.Model):
    """A chapter or block of codes, which carries notes for all codes below it."""

    release = _release("groups")
    key = models.CharField(max_length=20, db_collation="C")
    title = models.TextField()
    parent = models.CharField(max_length=20, blank=True, db_collation="C")
    attributes = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("release", "key"), name="group_once")]

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    """One code of one release, without its point.

    ``parent`` is the code or group above it. ``rank`` orders equal matches: billable and short titles first.
    ``attributes`` holds the publisher's notes where the publisher put them, and what else the file says.
    ``valid_from`` and ``valid_until`` (first day no longer valid) bound a code within its release.
    """

    release = _release("codes")
    code = models.CharField(max_length=10, db_collation="C")
    billable = models.BooleanField()
    short_title = models.CharField(max_length=120, blank=True)
    long_title = models.TextField()
    parent = models.CharField(max_length=20, blank=True, db_collation="C")
    position = models.PositiveIntegerField()
    rank = models.PositiveIntegerField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    attributes = models.JSONField(default=dict)
    words = SearchVectorField()

    class Meta:
        constraints = [
            # Also serves look-up by code and by the first characters of a code (collation C).
            models.UniqueConstraint(fields=("release", "code"), name="code_once"),
        ]
        indexes = [
            # Search by words within one release; the release is a lexeme of the vector too. A load leaves no pending list.
            GinIndex(fields=("words",), name="code_words"),
        ]

    def __str__(self) -> str:
        return self.code


class IndexWord(models.Model):
    """A word that titles of a release use, and how many: the spelling pass of search looks here."""

    release = _release("index_words")
    word = models.CharField(max_length=80, db_collation="C")
    uses = models.PositiveIntegerField()

    class Meta:
        constraints = [
            # Also answers whether any title has a word that starts with what was typed.
            models.UniqueConstraint(fields=("release", "word"), name="index_word_once"),
        ]
        indexes = [
            # Words like a mistyped one.
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="index_word_like", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.word


class PairEdit(models.Model):
    """One NCCI pair: column 2 is not reported beside column 1 from ``effective`` (None: since before the file says)
    until ``deleted``, the first day on which the pair is no longer in force (None: in force).

    ``indicator``: 0 never together, 1 with a modifier, 9 not in use.
    """

    release = _release("pairs")
    column_1 = models.CharField(max_length=5, db_collation="C")
    column_2 = models.CharField(max_length=5, db_collation="C")
    effective = models.DateField(null=True, blank=True)
    deleted = models.DateField(null=True, blank=True)
    indicator = models.CharField(max_length=1, db_collation="C")

    class Meta:
        constraints = [
            # Also serves the pairs among the codes of one account.
            models.UniqueConstraint(
                fields=("release", "column_1", "column_2", "effective", "deleted"), name="pair_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column_1} {self.column_2}"


class UnitLimit(models.Model):
    """The medically unlikely number of units of a code. ``adjudication``: 1 by line, 2 absolute by day, 3 clinical by day."""

    release = _release("limits")
    code = models.CharField(max_length=5, db_collation="C")
    units = models.PositiveIntegerField()
    adjudication = models.CharField(max_length=1, db_collation="C")
    rationale = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            # Also serves the limits of the codes of one account.
            models.UniqueConstraint(fields=("release", "code"), name="limit_once"),
        ]

    def __str__(self) -> str:
        return self.code


class StagedPair(models.Model):
    """A pair of a file that is only compared, with its place there. No row is ever committed (see ``services.preview``)."""

    part = models.PositiveSmallIntegerField()
    line = models.PositiveIntegerField()
    column_1 = models.CharField(max_length=5, db_collation="C")
    column_2 = models.CharField(max_length=5, db_collation="C")
    effective = models.DateField(null=True, blank=True)
    deleted = models.DateField(null=True, blank=True)
    indicator = models.CharField(max_length=1, db_collation="C")

    def __str__(self) -> str:
        return f"{self.column_1} {self.column_2}"


class UploadState(models.TextChoices):
    """How far an uploaded table is. Only a person moves it from ready to loading."""

    READING = "reading", "Being read"
    REFUSED = "refused", "Refused"
    READY = "ready", "Ready to load"
    LOADING = "loading", "Being loaded"
    LOADED = "loaded", "Loaded"
    DISCARDED = "discarded", "Discarded"


class TableUpload(models.Model):
    """Files of one release that an administrator gave, and what became of them.

    ``said`` is why they were refused. ``difference`` is what the preview found, with samples. The files themselves are
    kept until the table is loaded or discarded.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    system = models.CharField(max_length=40, db_collation="C")
    label = models.CharField(max_length=80, blank=True)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    take_over = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=UploadState, db_collation="C")
    said = models.CharField(max_length=500, blank=True)
    difference = models.JSONField(default=dict)
    release = models.ForeignKey(TableRelease, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # The uploads that wait for somebody, on the page of tables.
            models.Index(fields=("facility", "-uploaded_at"), name="upload_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.system} #{self.pk}"

    @property
    def seal(self) -> str:
        """SHA-256 of what the preview found, with the checksum of the files: what a person says yes to."""
        return hashlib.sha256(json.dumps(self.difference, sort_keys=True).encode()).hexdigest()


class UploadFile(models.Model):
    """One file of an upload, as it was given (packed or not)."""

    upload = models.ForeignKey(TableUpload, on_delete=models.PROTECT, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    replaced = models.BooleanField(default=False)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"file #{self.pk}"


class UploadPiece(models.Model):
    """A megabyte of an uploaded file; the last one is shorter."""

    file = models.ForeignKey(UploadFile, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            # Also serves reading a file piece by piece.
            models.UniqueConstraint(fields=("file", "number"), name="piece_once"),
        ]

    def __str__(self) -> str:
        return f"piece #{self.pk}"


#: Every kind of UploadEvent and how it reads.
UPLOAD_EVENTS: Final = {
    "codes.uploaded": "Given",
    "codes.replaced": "Other files given",
    "codes.read": "Read",
    "codes.refused": "Refused",
    "codes.load_asked": "Load asked for",
    "codes.loaded": "Loaded",
    "codes.discarded": "Discarded",
}


class UploadEvent(models.Model):
    """What was done with an upload, by whom; append-only. ``by`` is None for the background reader."""

    upload = models.ForeignKey(TableUpload, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40, db_collation="C")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    said = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.kind

    @property
    def words(self) -> str:
        """The kind as people read it."""
        return UPLOAD_EVENTS[self.kind]
