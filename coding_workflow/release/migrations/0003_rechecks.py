import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_holds_by_reason"),
        ("release", "0002_gate"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Backtest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(db_collation="C", max_length=80)),
                ("candidate", models.TextField(blank=True)),
                ("baseline", models.TextField(blank=True)),
                ("starts", models.DateField()),
                ("ends", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("finished", "Finished"), ("cancelled", "Cancelled")],
                        db_collation="C",
                        default="running",
                        max_length=10,
                    ),
                ),
                ("accounts", models.PositiveIntegerField(default=0, help_text="Accounts in scope when it was asked.")),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BacktestChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("judged", models.PositiveIntegerField(default=0)),
                (
                    "outdated",
                    models.PositiveIntegerField(default=0, help_text="Judged by facts of an earlier revision of the account."),
                ),
                (
                    "unreadable",
                    models.PositiveIntegerField(default=0, help_text="Facts that this release cannot read; not judged."),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BacktestResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(choices=[("held", "Newly held"), ("freed", "Newly freed")], db_collation="C", max_length=5),
                ),
                ("dollars", models.DecimalField(decimal_places=2, max_digits=12)),
                ("days", models.PositiveIntegerField()),
                ("message", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="CheckDue",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="check_due",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("tables", "a code table was loaded"),
                            ("rules", "a rule was changed"),
                            ("policy", "a policy was published"),
                            ("competence", "a coder's competence was changed"),
                            ("day", "something began or ended with the day"),
                            ("software", "the built-in rules were changed"),
                        ],
                        db_collation="C",
                        max_length=12,
                    ),
                ),
                ("marks", models.PositiveIntegerField(default=1)),
                ("apart", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="DayLooked",
            fields=[
                (
                    "facility",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.facility",
                    ),
                ),
                ("day", models.DateField()),
                ("builtin", models.CharField(db_collation="C", help_text="Hash of the built-in rule set.", max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="ShadowFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(db_collation="C", max_length=80)),
                ("version", models.PositiveIntegerField()),
                ("subjects", models.JSONField(default=list)),
                ("message", models.TextField()),
                (
                    "severity",
                    models.CharField(db_collation="C", help_text="What it would have been: hold, warn or info.", max_length=4),
                ),
                ("found_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="check",
            name="check_once",
        ),
        migrations.AddField(
            model_name="check",
            name="assembly",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="override",
            index=models.Index(fields=["facility", "rule", "at"], name="override_by_rule"),
        ),
        migrations.AddField(
            model_name="backtest",
            name="asked_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="backtest",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="backtestchunk",
            name="backtest",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="chunks", to="release.backtest"),
        ),
        migrations.AddField(
            model_name="backtestresult",
            name="account",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"),
        ),
        migrations.AddField(
            model_name="backtestresult",
            name="backtest",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="results", to="release.backtest"),
        ),
        migrations.AddField(
            model_name="backtestresult",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="checkdue",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="shadowfinding",
            name="account",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"),
        ),
        migrations.AddField(
            model_name="shadowfinding",
            name="facility",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
        ),
        migrations.AddField(
            model_name="shadowfinding",
            name="verdict",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shadow_findings", to="release.check"
            ),
        ),
        migrations.AddIndex(
            model_name="backtest",
            index=models.Index(fields=["facility", "rule", "-id"], name="backtest_by_rule"),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("starts"))), name="backtest_period_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="backtest",
            constraint=models.CheckConstraint(
                condition=models.Q(("baseline", ""), ("candidate", ""), _negated=True), name="backtest_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="backtestchunk",
            constraint=models.UniqueConstraint(fields=("backtest", "number"), name="backtest_chunk_once"),
        ),
        migrations.AddConstraint(
            model_name="backtestresult",
            constraint=models.UniqueConstraint(fields=("backtest", "outcome", "account"), name="backtest_account_once"),
        ),
        migrations.AddIndex(
            model_name="checkdue",
            index=models.Index(condition=models.Q(("apart", False)), fields=["facility", "account"], name="check_due_next"),
        ),
        migrations.AddIndex(
            model_name="shadowfinding",
            index=models.Index(fields=["facility", "rule", "found_at"], name="shadow_by_rule"),
        ),
        migrations.AddConstraint(
            model_name="shadowfinding",
            constraint=models.UniqueConstraint(fields=("verdict", "rule", "version", "subjects"), name="shadow_finding_once"),
        ),
    ]
