"""Tables of releases, groups, codes and index words."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        # btree_gist for the exclusion constraint, pg_trgm for spelling.
        ("database", "0001_extensions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TableRelease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(db_collation="C", max_length=20)),
                ("label", models.CharField(max_length=80)),
                ("effective", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("checksum", models.CharField(db_collation="C", max_length=64)),
                ("rows", models.PositiveIntegerField()),
                ("source", models.CharField(max_length=200)),
                ("loaded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "complete",
                    models.BooleanField(default=False, help_text="Set at the end of the load; afterwards no code can be added."),
                ),
                (
                    "loaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IndexWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(db_collation="C", max_length=80)),
                ("uses", models.PositiveIntegerField()),
                (
                    "release",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="index_words",
                        to="codesets.tablerelease",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CodeGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(db_collation="C", max_length=20)),
                ("title", models.TextField()),
                ("parent", models.CharField(blank=True, db_collation="C", max_length=20)),
                ("attributes", models.JSONField(default=dict)),
                (
                    "release",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="groups",
                        to="codesets.tablerelease",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Code",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(db_collation="C", max_length=10)),
                ("billable", models.BooleanField()),
                ("short_title", models.CharField(blank=True, max_length=120)),
                ("long_title", models.TextField()),
                ("parent", models.CharField(blank=True, db_collation="C", max_length=20)),
                ("position", models.PositiveIntegerField()),
                ("rank", models.PositiveIntegerField()),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("attributes", models.JSONField(default=dict)),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "release",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codes",
                        to="codesets.tablerelease",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="tablerelease",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[(django.contrib.postgres.indexes.OpClass("system", name="gist_text_ops"), "="), ("effective", "&&")],
                name="one_release_per_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="tablerelease",
            constraint=models.CheckConstraint(condition=models.Q(("effective__isempty", False)), name="release_has_dates"),
        ),
        migrations.AddIndex(
            model_name="indexword",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("word", name="gin_trgm_ops"), fastupdate=False, name="index_word_like"
            ),
        ),
        migrations.AddConstraint(
            model_name="indexword",
            constraint=models.UniqueConstraint(fields=("release", "word"), name="index_word_once"),
        ),
        migrations.AddConstraint(
            model_name="codegroup",
            constraint=models.UniqueConstraint(fields=("release", "key"), name="group_once"),
        ),
        migrations.AddIndex(
            model_name="code",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="code_words"),
        ),
        migrations.AddConstraint(
            model_name="code",
            constraint=models.UniqueConstraint(fields=("release", "code"), name="code_once"),
        ),
    ]
