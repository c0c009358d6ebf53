"""Indexes of the account search and of the access report, made without stopping anybody's writing.

They are made one by one outside a transaction. Should one be interrupted, drop the index that PostgreSQL marks as
invalid (``DROP INDEX CONCURRENTLY patient_by_name``) and run ``provision`` again.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Concat, Upper


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0011_merges_orders_and_leave"), ("database", "0001_extensions")]

    operations = [
        AddIndexConcurrently(
            "patient",
            GinIndex(
                OpClass(
                    Upper(Concat("family_name", models.Value(" "), "given_name", models.Value(" "), "middle_name")),
                    name="gin_trgm_ops",
                ),
                name="patient_by_name",
            ),
        ),
        AddIndexConcurrently("patient", models.Index(fields=["facility", "mrn"], name="patient_by_mrn")),
        AddIndexConcurrently("accessrecord", models.Index(fields=["-at", "-id"], name="access_by_time")),
    ]
