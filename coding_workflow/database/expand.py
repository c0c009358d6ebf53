"""Expand, then contract: what a migration may not do while the version before still runs beside the new one.

The old version's pages and workers go on during an upgrade: what they read must stay, what they write must be accepted,
and no lock may stop them for long. What breaks that is done one release later, under a comment that says so:
``# CONTRACT: nobody uses accounts.old_column since 0.4``.
"""

import re
from collections.abc import Iterator
from typing import Final

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations
from django.db.migrations.operations import fields, models
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

#: Up to this number, in every app, migrations are older than the promise.
BASELINE: Final = 19
MARK: Final = re.compile(r"#\s*CONTRACT:\s*\S.{10,}")

_SQL: Final = {
    r"\bDROP\s+(TABLE|COLUMN|VIEW|SCHEMA)\b": "drops what the version before may use",
    r"\bRENAME\b": "renames what the version before may use",
    r"\bSET\s+NOT\s+NULL\b": "refuses rows that the version before may write",
    r"\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b": "rewrites the table under a lock",
    r"\bTRUNCATE\s+(?!OR\b|ON\b)": "empties a table",
    r"\bLOCK\s+TABLE\b": "locks a table",
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY\b)": "stops writing while an index is made: CREATE INDEX CONCURRENTLY",
}
_REMOVING: Final = {
    models.DeleteModel: "removes a table",
    models.RenameModel: "renames a table",
    models.AlterModelTable: "renames a table",
    fields.RemoveField: "removes a column",
    fields.RenameField: "renames a column",
}


def dangers(migration: migrations.Migration, source: str) -> list[str]:
    """What the migration does that the version before does not survive; nothing when its source is marked.

    Tables that the migration itself makes may be treated as it likes.
    """
    if MARK.search(source):
        return []
    made = {each.name_lower for each in migration.operations if isinstance(each, models.CreateModel)}
    return [words for each in migration.operations for words in _of(each, made)]


def _of(operation: Operation, made: set[str]) -> Iterator[str]:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from _of(inner, made)
        return
    if isinstance(operation, migrations.RunSQL):
        yield from _of_sql(operation)
        return
    if str(getattr(operation, "model_name", getattr(operation, "name", ""))).lower() in made:
        return
    yield from _of_model(operation)


def _of_model(operation: Operation) -> Iterator[str]:
    for kind, words in _REMOVING.items():
        if isinstance(operation, kind):
            yield f"{operation.describe()}: {words}"
    if isinstance(operation, fields.AddField) and not _old_rows_fit(operation):
        yield f"{operation.describe()}: the version before writes rows without it: make it nullable or give a db_default"
    if isinstance(operation, fields.AlterField) and not operation.field.null:
        yield f"{operation.describe()}: may refuse what the version before writes, or rewrite the table"
    if isinstance(operation, models.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield f"{operation.describe()}: stops writing while it is made: AddIndexConcurrently"
    if isinstance(operation, models.AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        yield f"{operation.describe()}: reads the table under a lock: AddConstraintNotValid, then ValidateConstraint"


def _old_rows_fit(operation: fields.AddField) -> bool:
    field = operation.field
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def _of_sql(operation: migrations.RunSQL) -> Iterator[str]:
    text = operation.sql if isinstance(operation.sql, str) else " ; ".join(str(each) for each in operation.sql)
    # Bodies of functions run later.
    plain = re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)
    for pattern, words in _SQL.items():
        if re.search(pattern, plain, flags=re.IGNORECASE):
            yield f"SQL {words}"
