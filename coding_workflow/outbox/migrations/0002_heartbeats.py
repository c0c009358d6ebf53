"""When the relay, its clock and the workers were last there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_bell")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("process", models.CharField(db_collation="C", max_length=24, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
                ("version", models.CharField(blank=True, max_length=40)),
            ],
        ),
    ]
