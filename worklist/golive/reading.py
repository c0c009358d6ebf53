"""The hospital's own list of discharged, not final billed accounts, read whole or refused whole. Pure."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

HEADER: Final = ("account", "charges")
MOST_BYTES: Final = 20_000_000
MOST_ROWS: Final = 200_000
_MOST_DOLLARS: Final = Decimal(10) ** 10


class ListUnreadable(ValueError):
    """The file is no such list; ``line`` is where (1 is the header), the sentence says what is wrong there."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}")


@dataclass(frozen=True, slots=True)
class HostAccount:
    """One account as patient accounting has it: dollars of charges, and its codes and open holds where the file counts them."""

    number: str
    charges: Decimal
    codes: int | None = None
    holds: int | None = None


def read(raw: bytes) -> list[HostAccount]:
    """The accounts of a file with the columns ``account`` and ``charges``, UTF-8, each account once. ``codes`` and ``holds`` are
    counts and may be left out; other columns are passed over.

    Raises ListUnreadable. A quote that is never closed is refused; it would otherwise swallow the rest of the file.
    """
    if len(raw) > MOST_BYTES:
        raise ListUnreadable(1, f"the file is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListUnreadable(1, "the file is not UTF-8; save it as CSV UTF-8.") from None
    if "\x00" in text:
        raise ListUnreadable(1, "the file has NUL characters in it; it is no comma-separated text.")
    found = list(_rows(text))
    if not found:
        raise ListUnreadable(2, "there is no account in the file.")
    return found


def _rows(text: str) -> Iterator[HostAccount]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    seen: set[str] = set()
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        lacking = [name for name in HEADER if name not in names]
        if lacking:
            raise ListUnreadable(1, f"the header has no column {' and no column '.join(lacking)}.")
        for record in reader:
            yield _account(record, reader.line_num, seen)
            if len(seen) > MOST_ROWS:
                raise ListUnreadable(reader.line_num, f"there are more than {MOST_ROWS:,} accounts.")
    except csv.Error as error:
        raise ListUnreadable(reader.line_num, f"this cannot be read as comma-separated values ({error}).") from None


def _account(record: dict[str, str], line: int, seen: set[str]) -> HostAccount:
    if None in record or None in record.values():
        raise ListUnreadable(line, "it has more or fewer values than the header.")
    number = record["account"].strip()
    if not number or len(number) > 40:
        raise ListUnreadable(line, "the account number is missing or longer than 40 characters.")
    if number in seen:
        raise ListUnreadable(line, "this account is in the file already.")
    seen.add(number)
    codes, holds = (_count(record, name, line) for name in ("codes", "holds"))
    return HostAccount(number, _dollars(record["charges"], line), codes, holds)


def _count(record: dict[str, str], name: str, line: int) -> int | None:
    text = record.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ListUnreadable(line, f"the number of {name} is no whole number.")
    return int(text)


def _dollars(text: str, line: int) -> Decimal:
    plain = text.strip().replace("$", "").replace(",", "")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise ListUnreadable(line, "the charges are no amount like 1,234.50.") from None
    if not amount.is_finite() or abs(amount) >= _MOST_DOLLARS or amount != round(amount, 2):
        raise ListUnreadable(line, "the charges are no amount of dollars and cents.")
    return amount
