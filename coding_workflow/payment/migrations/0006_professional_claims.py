"""Claims that an 837P carries; they have no type of bill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payment", "0005_host_comparisons")]

    operations = [
        migrations.AlterField(
            "claim",
            "form",
            models.CharField(
                choices=[("837I", "Institutional (837I)"), ("837P", "Professional (837P)")],
                db_collation="C",
                default="837I",
                max_length=4,
            ),
        ),
        migrations.AlterField("claim", "type_of_bill", models.CharField(blank=True, db_collation="C", max_length=4)),
    ]
