"""``manage.py rules``: out to files, in as drafts, tested from a shell."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from coding_workflow.guidelines.models import RuleEvent, RuleVersion
from tests.cast import Cast

from .lab.rules import definition
from .rule_cast import WHY, active, second_administrator, write


def _say(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("rules", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def exported(cast: Cast, tmp_path: Path) -> Path:
    """The active rule of MAIN as a file."""
    active(cast, second_administrator(cast))
    write(cast, key="unfinished", made=definition(message="Medicare pays for this."))
    said = _say("export", tmp_path, "--facility", "MAIN", "--by", "ada", "--reason", WHY)
    assert said == "infarction.json: version 1\n"
    return tmp_path / "infarction.json"


def test_what_goes_out_comes_in_as_a_draft(cast: Cast, exported: Path) -> None:
    again = _say("import", exported, "--facility", "MAIN", "--by", "ada", "--reason", WHY)
    assert again == "infarction.json: draft 2 of infarction\n"
    first, second = RuleVersion.objects.filter(rule__key="infarction")
    assert (second.state, second.hash, second.tests) == ("draft", first.hash, first.tests)
    kinds = RuleEvent.objects.filter(rule__key="infarction").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["rule.written", "rule.published", "rule.exported", "rule.imported"]


def test_files_and_stored_rules_are_tested(cast: Cast, exported: Path, capsys: Any) -> None:
    said = _say("test", exported)
    assert said.splitlines() == ["infarction: Hold when the principal diagnosis is under I21.", "  2 tests pass"]
    with pytest.raises(SystemExit):
        _say("test", "--facility", "MAIN")


def test_what_cannot_be_done_is_said(cast: Cast, exported: Path, tmp_path: Path) -> None:
    given = ("--facility", "MAIN", "--by", "ada", "--reason", WHY)
    broken = tmp_path / "broken.json"
    broken.write_text(exported.read_text().replace('"condition": 4', '"condition": 5'))
    for arguments, words in (
        (("import", broken, *given), "changed after it was exported"),
        (("import", tmp_path, *given), "is not a rule file"),
        (("import", exported, "--facility", "MAIN", "--by", "ana", "--reason", WHY), "Only administrators"),
        (("import", exported, "--facility", "MAIN", "--by", "nobody", "--reason", WHY), "There is no nobody"),
        (("export", tmp_path, "--facility", "X", "--by", "ada", "--reason", WHY), "There is no facility X"),
        (("test", broken), "broken.json: sha256"),
    ):
        with pytest.raises(CommandError, match=words):
            _say(*arguments)
