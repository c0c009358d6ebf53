"""The 835: read whole or refused whole, and balanced to the cent."""

import re
from decimal import Decimal

import pytest

from coding_workflow.payment.x12.balance import imbalances
from coding_workflow.payment.x12.envelope import Unreadable
from coding_workflow.payment.x12.remittance import Adjustment, Payment, read

from .samples import REMITTANCE, remittance, shared


def changed(old: str, new: str) -> bytes:
    return remittance().replace(old.encode(), new.encode())


def refusal(raw: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(raw)
    return caught.value.sentence


def test_a_good_remittance_is_read_and_balances() -> None:
    [payment] = read(remittance())
    assert (payment.payer_id, payment.trace, payment.amount, payment.payee_npi) == (
        "00123",
        "TRACE-77",
        Decimal("1290.40"),
        "1234567893",
    )
    first, second, third = payment.claims
    assert first.adjustments == [Adjustment("CO", "45", Decimal("200.10")), Adjustment("PR", "1", Decimal(100))]
    assert first.remarks == ["MA01", "N130"]
    assert second.lines[0].adjustments[1] == Adjustment("CO", "253", Decimal(10))
    assert second.lines[0].remarks == ["N59"]
    assert (third.status, third.payer_control_number) == ("4", "ICN0003")
    assert imbalances(payment) == []


def test_every_proper_prefix_of_a_good_file_is_refused() -> None:
    whole = remittance().rstrip(b"\n")
    for length in range(len(whole)):
        with pytest.raises(Unreadable):
            read(whole[:length])


def test_every_single_removed_segment_is_noticed() -> None:
    for place in range(len(REMITTANCE)):
        with pytest.raises(Unreadable):
            read(remittance(REMITTANCE[:place] + REMITTANCE[place + 1 :]))


def money_places() -> list[tuple[int, int]]:
    """Every element that is an amount which is posted: (segment, element)."""
    amounts = {"BPR": [2], "CLP": [3, 4, 5], "SVC": [2, 3], "CAS": [3, 6]}
    found = []
    for row, segment in enumerate(REMITTANCE):
        elements = segment.split("*")
        found += [(row, place) for place in amounts.get(elements[0], []) if place < len(elements) and elements[place]]
    return found


def test_every_amount_changed_by_a_little_makes_an_imbalance() -> None:
    tried = 0
    steps = [Decimal(step) / 100 for step in (*range(-30, 0), *range(1, 31))]
    for row, place in money_places():
        for step in steps:
            elements = REMITTANCE[row].split("*")
            elements[place] = str(Decimal(elements[place]) + step)
            [payment] = read(remittance([*REMITTANCE[:row], "*".join(elements), *REMITTANCE[row + 1 :]]))
            assert imbalances(payment), (row, place, step)
            tried += 1
    assert tried >= 1000


@pytest.mark.parametrize("text", ["1E5", "1,000.00", "1.005", "--5", "5 ", "NaN", "Infinity", "9" * 40, "５", "+5", "0x10", ""])
def test_an_amount_is_strict_decimal_text(text: str) -> None:
    assert "amount" in refusal(changed("*1290.40*", f"*{text}*"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("IEA*1*000000021", "IEA*1*000000022", "IEA does not repeat"),
        ("GE*1*21", "GE*2*21", "GE counts"),
        ("SE*23*0001", "SE*24*0001", "SE counts"),
        ("SE*23*0001", "SE*23*0002", "SE does not repeat"),
        ("005010X221A1", "004010X091A1", "another reader"),
        ("*00501*", "*00401*", "not of version"),
        ("ST*835*", "ST*837*", "does not begin a transaction set 835"),
        ("*20260921~", "*20260931~", "date"),
        ("TRN*1*TRACE-77", "TRN*1*", "no trace number"),
        ("MEDICARE", "MEDI\x00CARE", "control character at offset"),
        ("MEDICARE", "MEDI\x1aCARE", "control character at offset"),
        ("ISA*00", "\ufeffISA*00", "control character at offset 0"),
        ("ISA*00*  ", "ISA*00* ", "ISA"),
        ("*^*00501", "***00501", "ISA"),
        ("CLP*C0000000001*", "CLP**", "no claim number"),
        ("CAS*CO*45*200.10", "CAS*CO**200.10", "without reason"),
        ("N1*PR", "N1*PX", "exactly one N1*PR"),
        ("LX*1", "lx*1", "no valid name"),
    ],
)
def test_what_is_malformed_is_refused_whole_with_a_reason(old: str, new: str, words: str) -> None:
    assert words in refusal(changed(old, new))


def test_other_encodings_and_other_files_are_refused() -> None:
    text = remittance().decode()
    assert "byte" in refusal(text.encode("utf-16"))
    assert refusal(text.encode("cp037"))
    assert "empty" in refusal(b"\n")
    assert "no whole ISA" in refusal(b"PK\x03\x04"[:2])
    assert "too long" in refusal(remittance().replace(b"LX*1~", b"LX*" + b"1" * 30_000 + b"~"))


@pytest.mark.parametrize(("element", "terminator"), [("|", "~"), ("+", "!"), ("\\", "'"), ("*", "\n")])
def test_any_separators_are_read(element: str, terminator: str) -> None:
    def swapped(segment: str) -> str:
        return segment.replace("*", element)

    raw = "".join(swapped(one) + terminator for one in REMITTANCE).encode()
    assert imbalances(read(raw)[0]) == []


def test_provider_adjustments_and_recoupments_balance_without_claims() -> None:
    segments = [one for one in REMITTANCE if not one.startswith(("CLP", "CAS", "SVC", "LQ", "MOA"))]
    segments[3] = segments[3].replace("BPR*I*1290.40*C*ACH", "BPR*H*0*C*NON")
    segments[-3:-3] = ["PLB*1234567893*20261231*WO:OLD*500*FB:NEXT*-500"]
    segments[-3] = "SE*10*0001"
    [payment] = read(remittance(segments))
    assert [one.reason for one in payment.provider_adjustments] == ["WO", "FB"]
    assert imbalances(payment) == []


def test_two_interchanges_in_one_file_are_two_payments() -> None:
    second = remittance().replace(b"000000021", b"000000022").replace(b"TRACE-77", b"TRACE-78")
    assert [payment.trace for payment in read(remittance() + second)] == ["TRACE-77", "TRACE-78"]
    assert refusal(remittance() + second[:-20])


def one(raw: bytes) -> Payment:
    [payment] = read(raw)
    return payment


def test_payers_samples_are_read_or_refused_with_a_reason() -> None:
    emedny = one(shared("remits", "emedny_sample.txt"))
    assert (emedny.amount, len(emedny.claims), emedny.test, imbalances(emedny)) == (Decimal("45.75"), 3, True, [])
    united = one(shared("remits", "united_healthcare_legacy_sample.txt"))
    assert (united.payer_id, united.amount, imbalances(united)) == ("87726", Decimal("349.99"), [])
    assert "no whole ISA" in refusal(shared("remits", "blue_cross_nc_sample.txt"))
    first, second = read(shared("moov", "examples", "example_5010_835", "sample1.txt"))
    assert imbalances(first)
    assert imbalances(second) == []
    assert "date" in refusal(shared("moov", "examples", "example_5010_835", "sample2.txt"))


@pytest.mark.parametrize("name", ["x12_277CA_accepted.txt", "x12_999_rejected.txt", "x12_valid.txt"])
def test_other_transactions_are_sent_to_another_reader(name: str) -> None:
    raw = re.sub(rb"<ST>", b"~", shared("imsweb", name))
    assert "another reader" in refusal(raw)
