"""``manage.py policy``: a policy leaves as a file, comes back as a draft, and a wrong file is named with its place."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from coding_workflow.policy import files, selectors
from coding_workflow.policy.models import PolicyEvent
from coding_workflow.policy.standard import STANDARD


def _call(*arguments: str) -> str:
    out = StringIO()
    call_command("policy", *arguments, stdout=out)
    return out.getvalue()


BY = ("--facility", "MAIN", "--by", "ada", "--reason", "Kept in version control")


def test_out_and_in_again(cast, tmp_path):
    path = tmp_path / "main.json"
    assert "the standard policy" in _call("export", str(path), *BY)
    assert files.from_file(path.read_text()) == STANDARD
    assert STANDARD.hash in _call("check", str(path))
    assert "a draft of ada" in _call("import", str(path), *BY)
    assert selectors.draft_of(cast.main, cast.ada) is not None
    assert PolicyEvent.objects.count() == 2


def test_the_text_is_printed(cast):
    assert "All accounts wait 2 days after discharge." in _call("text", "--facility", "MAIN")


@pytest.mark.parametrize(
    ("change", "words"),
    [(lambda text: text.replace('"days": 4', '"days": 400'), "bill_holds"), (lambda text: "{", "not JSON")],
)
def test_a_wrong_file_is_refused_with_the_place(cast, tmp_path, change, words):
    path: Path = tmp_path / "main.json"
    path.write_text(change(files.to_file(STANDARD)))
    for verb in (("check", str(path)), ("import", str(path), *BY)):
        with pytest.raises(CommandError, match=words):
            _call(*verb)


def test_what_is_not_there_is_said(cast, tmp_path):
    for arguments, words in (
        (("check", str(tmp_path)), "is not a policy file"),
        (("text", "--facility", "NOWHERE"), "no facility"),
        (("export", str(tmp_path / "x"), "--facility", "MAIN", "--by", "nobody", "--reason", "Because"), "no nobody"),
        (("export", str(tmp_path / "x"), "--facility", "MAIN", "--by", "ana", "--reason", "Because"), "Only administrators"),
    ):
        with pytest.raises(CommandError, match=words):
            _call(*arguments)
    assert not (tmp_path / "x").exists()
