"""Claim and control numbers, drawn from sequences of the database: never twice, whoever draws."""

from django.db import connection


def next_claim_number() -> str:
    """CLM01: C and ten digits, unique in the installation, without meaning for anybody outside."""
    return f"C{_next('payment_claim_number'):010d}"


def next_interchange_number() -> int:
    """ISA13 and GS06, 1 to 999,999,999; the sequence ends there and does not begin again."""
    return _next("payment_interchange_number")


def next_control_id() -> str:
    """MSH-10 of final codes: F and ten digits, the same at every attempt to send them."""
    return f"F{_next('payment_control_id'):010d}"


def _next(sequence: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [f"public.{sequence}"])
        return int(cursor.fetchone()[0])
