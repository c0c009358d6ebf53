"""Why get-next has nothing for a person, in sentences."""

from typing import Any

from django.db import connection

from accounts.models import PatientClass
from coding_workflow.staff.models import User
from worklist import assignment as claim
from worklist.queueing.needs import SKILLED

_COUNTS = f"""
SELECT count(*) AS total,
       count(*) FILTER (WHERE NOT {claim.FREE}) AS taken,
       count(*) FILTER (WHERE {claim.FREE} AND NOT {claim.NOT_ANOTHERS}) AS returned,
       count(*) FILTER (WHERE {claim.FREE} AND NOT {claim.COMPETENT}) AS unfit,
       count(*) FILTER (WHERE {claim.FREE} AND NOT {claim.NOT_OWN_CODING}) AS own,
       count(*) FILTER (WHERE {claim.FREE} AND NOT {claim.UNRESTRICTED}) AS restricted,
       count(*) FILTER (WHERE {claim.FREE} AND NOT {claim.NOT_PUT_BACK}) AS put_back,
       count(*) FILTER (WHERE {claim.FREE} AND NOT {claim.OFFERED}) AS kept,
       count(*) FILTER (WHERE {claim.FREE} AND {claim.OFFERED} AND NOT {SKILLED}) AS unskilled,
       count(*) FILTER (WHERE {claim.FREE} AND {claim.OFFERED} AND {SKILLED} AND NOT {claim.HAS_ROOM}) AS full_queue,
       array_agg(DISTINCT w.coding_type) FILTER (WHERE {claim.FREE} AND NOT {claim.COMPETENT}) AS lacking
FROM accounts_workitem w JOIN accounts_account a ON a.id = w.account_id {claim.MAY}
WHERE {claim.OPEN} AND {claim.IN_QUEUE}
"""  # noqa: S608 - fixed words of the claim's own predicates


def why_nothing(*, user: User, queue_code: str | None = None) -> list[str]:
    """Sentences that explain an empty get-next: one for each reason that keeps open work from this person."""
    parameters = claim.parameters_of(user, queue_code)
    if not parameters["facilities"]:
        return ["Your role takes no work from this queue. A supervisor or administrator can change that."]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, parameters)
        names = [column.name for column in cursor.description]
        found: dict[str, Any] = dict(zip(names, cursor.fetchone(), strict=True))
    return _sentences(found)


def _sentences(found: dict[str, Any]) -> list[str]:
    if not found["total"]:
        return ["No work is open here. Accounts appear by themselves when their documents and charges are in."]
    types = ", ".join(sorted(PatientClass(code).label.lower() for code in found["lacking"] or () if code in PatientClass.values))
    reasons = {
        "taken": "{} with another person now; they come back when put back or when the lease runs out.",
        "returned": "{} waiting for the person who coded it.",
        "unfit": f"{{}} of a type you have no competence in date for ({types}); ask your supervisor.",
        "own": "{} coded by you: somebody else reviews and releases it.",
        "restricted": "{} restricted: opening it takes a reason.",
        "put_back": "{} put back by you today.",
        "kept": "{} in queues that are kept for other people.",
        "unskilled": "{} in queues that ask for a credential, a competence or less supervision than you have.",
        "full_queue": "{} in queues of which you have as many open as one may: finish or put back one first.",
    }
    said = [words.format(_accounts(found[key])) for key, words in reasons.items() if found[key]]
    return said or ["What is left is being saved by somebody right now. Try again in a moment."]


def _accounts(number: int) -> str:
    return "1 account is" if number == 1 else f"{number:,} accounts are"
