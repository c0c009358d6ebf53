"""An override names the version of the rule that it went past."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The column alone; rows written before fit any version, as they did."""

    dependencies = [("release", "0004_recheck_guards")]

    operations = [
        migrations.AddField(model_name="override", name="version", field=models.PositiveIntegerField(null=True)),
    ]
