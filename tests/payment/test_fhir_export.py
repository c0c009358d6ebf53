"""``manage.py fhir_export``: records of a list, in somebody's name and within that person's rights."""

import datetime
import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from accounts.models import AccessRecord, Account
from coding_workflow.payment.record import bundle
from coding_workflow.registration.fhir import json_text
from coding_workflow.registration.services import split_fhir
from tests.cast import Cast
from tests.payment.stage import coded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business_date(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


def _run(tmp_path: Path, numbers: str, by: str = "cleo", **more: str) -> tuple[list[bytes], str]:
    listed, to, said = tmp_path / "list.txt", tmp_path / "out.ndjson", io.StringIO()
    listed.write_text(numbers)
    try:
        call_command("fhir_export", str(listed), "--to", str(to), "--by", by, "--facility", "MAIN", stdout=said, **more)
    except CommandError as error:
        said.write(str(error))
    return (to.read_bytes().splitlines() if to.exists() else []), said.getvalue()


def test_each_account_is_a_line_that_our_reader_splits(cast: Cast, tmp_path: Path) -> None:
    for number in ("A1", "A2"):
        coded(cast, number)
    lines, said = _run(tmp_path, "A1\n\nA2\n")
    assert said.strip() == "written 2" and len(lines) == 2
    assert [json_text.loads(line.decode())["identifier"]["value"] for line in lines] == ["A1", "A2"]
    assert len(split_fhir(b"\n".join(lines))) == sum(len(json_text.loads(line.decode())["entry"]) for line in lines)
    looks = AccessRecord.objects.filter(kind="record.taken", user=cast.cleo, reason="fhir_export")
    assert sorted(looks.values_list("account__number", flat=True)) == ["A1", "A2"]
    assert (tmp_path / "out.ndjson").stat().st_mode & 0o777 == 0o600


def test_what_the_person_may_not_see_is_named_by_its_line_and_not_written(cast: Cast, tmp_path: Path) -> None:
    coded(cast, "A1")
    Account.objects.filter(pk=cast.account("A2").pk).update(restricted="VIP")
    lines, said = _run(tmp_path, f"A1\nA2\nNOBODY\n{'9' * 500}\nA\0" + "1\n")
    assert len(lines) == 1
    assert "line 2  refused  The account is restricted" in said and "line 3  refused  There is no such account." in said
    assert "written 1" in said and "refused 4" in said
    assert "line 5  refused  There is no such account." in said
    assert "A2" not in said and "NOBODY" not in said
    assert not AccessRecord.objects.filter(account__number="A2").exists()


@pytest.mark.parametrize("by", ["ana", "bill", "ada", "nobody"])
def test_it_is_for_a_supervisor_or_compliance_only(cast: Cast, tmp_path: Path, by: str) -> None:
    coded(cast, "A1")
    lines, said = _run(tmp_path, "A1\n", by)
    assert lines == [] and "--by names nobody" in said


def test_a_file_that_is_there_is_not_written_over(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "out.ndjson").write_text("kept")
    _, said = _run(tmp_path, "A1\n")
    assert "cannot be written" in said and (tmp_path / "out.ndjson").read_text() == "kept"


def test_a_large_record_is_several_lines_of_one_identifier(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coded(cast, "A1")
    monkeypatch.setattr(bundle, "PART_BYTES", 2000)
    lines, said = _run(tmp_path, "A1\n")
    found = [json_text.loads(line.decode()) for line in lines]
    assert said.strip() == "written 1" and len(found) > 3
    assert {one["identifier"]["value"] for one in found} == {"A1"}
