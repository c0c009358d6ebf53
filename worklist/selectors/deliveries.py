"""Final codes on their way to patient accounting, as the billers' page lists them."""

from typing import Final

from django.db.models import QuerySet

from coding_workflow.payment.models import Delivery, DeliveryState

#: How far an attempt got, in words.
PROBLEMS: Final[dict[str, str]] = {
    "host.unreachable": "Patient accounting cannot be reached.",
    "host.no_answer": "It was reached and did not answer.",
    "host.no_acknowledgement": "Its answer was no acknowledgement of this message.",
    "host.folder": "The folder is not there or cannot be written.",
    "host.not_allowed": "The installation no longer allows its address.",
    "host.faulty": "It called the message faulty; it is asked again.",
    "host.refused": "It refused the message.",
}


def deliveries() -> "QuerySet[Delivery]":
    """Newest first, without their text."""
    rows = Delivery.objects.select_related("account__patient", "destination", "release").defer("text")
    return rows.order_by("-pk")


def waiting_here() -> "QuerySet[Delivery]":
    """Those that a person has to look at."""
    return Delivery.objects.filter(state=DeliveryState.REFUSED)


def problem_words(delivery: Delivery) -> str:
    """Why it is not acknowledged yet, in words."""
    return PROBLEMS.get(delivery.problem, delivery.problem)
