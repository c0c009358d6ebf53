"""Professional accounts: their class, place of service, providers, and what a charge line says besides.

The columns are nullable or have a default of the database, so that the version before goes on writing rows without them.
"""

import django.db.models.deletion
from django.db import migrations, models

CLASSES = [
    ("inpatient", "Inpatient"),
    ("observation", "Observation"),
    ("emergency", "Emergency"),
    ("outpatient_surgery", "Outpatient surgery"),
    ("clinic", "Clinic"),
    ("recurring", "Recurring"),
    ("ancillary", "Ancillary"),
    ("newborn", "Newborn"),
    ("professional", "Professional fees"),
]

BY_CLASS = models.CheckConstraint(
    condition=models.Q(billing_kind="professional", patient_class="professional")
    | ~(models.Q(billing_kind="professional") | models.Q(patient_class="professional")),
    name="account_professional_by_class",
)


def _provider() -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="accounts.provider",
    )


def _place(**more: object) -> "models.CharField[object, object]":
    return models.CharField(blank=True, db_collation="C", db_default="", default="", max_length=2, **more)  # type: ignore[arg-type]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_told_codes_guards")]

    operations = [
        migrations.AddField("account", "place_of_service", _place(help_text="Of a professional bill: CMS code set.")),
        *[migrations.AddField("account", name, _provider()) for name in ("rendering", "referring", "supervising")],
        migrations.AddField("chargeline", "place_of_service", _place()),
        migrations.AddField("chargeline", "rendering", _provider()),
        migrations.AddField(
            "chargeline", "diagnoses", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)
        ),
        *[
            migrations.AlterField(name, "patient_class", models.CharField(choices=CLASSES, max_length=20))
            for name in ("account", "encounter")
        ],
        *[
            migrations.AlterField(
                name, "patient_class", models.CharField(choices=CLASSES, db_default="", editable=False, max_length=20)
            )
            for name in ("heldaccount", "workitem")
        ],
        migrations.AddConstraint("account", BY_CLASS),
    ]
