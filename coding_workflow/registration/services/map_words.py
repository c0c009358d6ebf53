"""What a local code may become: our words for each kind of mapping, and the check of one."""

import re
from typing import Final

from accounts.errors import Refused
from accounts.models import DocumentType, Facility, OrderKind, PatientClass, Payer
from accounts.told_codes import SHAPES
from coding_workflow.registration.models import MapKind
from coding_workflow.staff.models import Role, User

_SHAPES: Final[dict[str, tuple[re.Pattern[str], str]]] = {
    MapKind.SERVICE: (re.compile(r"\S(.{0,18}\S)?"), "A service is at most 20 characters."),
    MapKind.ADMISSION_TYPE: (re.compile(r"[123459]"), "A priority of the visit is 1, 2, 3, 4, 5 or 9 (UB-04, locator 14)."),
    MapKind.POINT_OF_ORIGIN: (re.compile(r"[0-9A-Z]"), "A point of origin is one digit or capital letter (UB-04, locator 15)."),
    MapKind.DISPOSITION: (re.compile(r"\d\d", re.ASCII), "A discharge status is two digits (UB-04, locator 17)."),
    MapKind.AUTHOR_ROLE: (re.compile(r"[a-z][a-z_]{0,29}"), "A role is a word in lower case, such as physician or nurse."),
}
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    MapKind.PATIENT_CLASS: tuple(PatientClass.values),
    MapKind.DOCUMENT_TYPE: tuple(DocumentType.values),
    MapKind.ORDER: tuple(OrderKind.values),
    MapKind.CODE_SYSTEM: tuple(SHAPES),
}


def suggestions() -> list[str]:
    """Our words that come from a list, for the page to offer."""
    return sorted({word for words in _CHOICES.values() for word in words})


def check(*, kind: str, facility: Facility, ours: str) -> None:
    """Refused ``feed.map_word``, with what is allowed, when the word is none of ours for this kind."""
    if kind in _CHOICES and ours not in _CHOICES[kind]:
        raise _refused(f"One of: {', '.join(_CHOICES[kind])}.")
    if kind in _SHAPES and not _SHAPES[kind][0].fullmatch(ours):
        raise _refused(_SHAPES[kind][1])
    if kind == MapKind.PAYER and not Payer.objects.filter(facility=facility, code=ours).exists():
        codes = Payer.objects.filter(facility=facility).order_by("code").values_list("code", flat=True)[:30]
        raise _refused(f"No payer of this facility has that code. There are: {', '.join(codes) or 'none yet'}.")
    if kind == MapKind.CODER and not User.objects.holding(Role.CODER, facility.pk).filter(username=ours).exists():
        raise _refused("No coder of this facility has that user name.")


def _refused(sentence: str) -> Refused:
    return Refused("feed.map_word", sentence, fix="ours")
