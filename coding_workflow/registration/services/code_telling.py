"""Codes that an encoder or patient accounting tells of an account: read in our words, and kept beside the account.

No message changes a code of the account. What an encoder says waits as a proposal for a coder; what patient accounting says is
compared with the release.
"""

import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from accounts import clock
from accounts.models import Account, CodeSource
from accounts.services.told_codes import tell_codes
from accounts.told_codes import SERVICE_SYSTEMS, Kind, ToldCode, fits, plain
from coding_workflow.registration.facts import CodeFacts, CodesMessage
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.selectors import competent

from . import people
from .identity import refuse_ended, refuse_other_patient
from .source import Source

DIAGNOSES: Final = "diagnoses"
PROCEDURES: Final = "procedures"
_KINDS: Final[dict[str, Kind]] = {"A": "admitting", "R": "reason"}
#: E (exempt) and 1 (exempt, as 4010 wrote it) are blank today.
_POA: Final = {"Y": "Y", "N": "N", "U": "U", "W": "W", "": "", "E": "", "1": ""}
#: Clocks of other zones may be a day ahead.
_AHEAD: Final = datetime.timedelta(days=1)
_PLACES: Final = {"DG1": 3, "PR1": 3, "FT1": 25}


def tell(*, account: Account, facts: CodesMessage, kind: CodeSource, source: Source) -> None:
    """Keep what a message says the codes of a locked account are, list by list.

    Raises HL7Problem with the place for a code system, code, indicator or modifier that is none and for a day to come, and what
    ``land`` raises for another patient or an account that has ended: then nothing of it is kept.
    """
    refuse_ended(account, source)
    if source.sent_at.astimezone(source.zone).date() > clock.today(account.facility) + _AHEAD:
        sentence = "The message is dated after today. Its codes would stand before every correction until then."
        raise HL7Problem("hl7.future", sentence, "MSH", 7)
    if facts.key.mrn and facts.key.authority == account.patient.authority:
        refuse_other_patient(account, facts.key.authority, facts.key.mrn, source)
    # Of patient accounting the operator is who registered or billed, no coder.
    named = facts.coder if kind == CodeSource.ENCODER else ""
    coder = coder_named(account, named, source)
    for part, said in ((DIAGNOSES, facts.diagnoses), (PROCEDURES, facts.procedures)):
        if said is not None:
            tell_codes(
                account=account, source=kind, part=part, codes=[told_code(each, source) for each in said],
                told_at=source.sent_at, by=source.by, drg=facts.drg if part == DIAGNOSES else "", final=facts.final,
                named=named, coder_id=coder.pk if coder else None,
            )  # fmt: skip
    for flag in facts.flags:
        source.flag(flag)


def told_code(facts: CodeFacts, source: Source) -> ToldCode:
    """One code in our words. Raises HL7Problem with its place."""
    system = source.codes.code_system(facts.system, facts.segment, facts.code)
    if not system:
        sentence = "The code system is not known; map it on the feed's page." if facts.system else "The code names no system."
        _wrong("hl7.code_system", sentence, facts)
    code = plain(facts.code)
    if not fits(system, code):
        _wrong("hl7.code_form", f"This is not written as {system} codes are.", facts)
    if facts.poa not in _POA:
        raise HL7Problem("hl7.poa", "POA is Y, N, U, W, or empty for an exempt code.", facts.segment, 26)
    operator = people.provider_for(facts.operator, source, facts.segment, 11)
    return ToldCode(
        kind="procedure" if facts.segment != "DG1" else _KINDS.get(facts.kind, "diagnosis"),
        system=system,
        code=code,
        poa=_POA[facts.poa],
        on=facts.on.date(source.zone) if facts.on else None,
        modifiers=_modifiers(facts) if system in SERVICE_SYSTEMS else (),
        units=_units(facts),
        provider=operator.pk if operator else None,
    )


def _modifiers(facts: CodeFacts) -> tuple[str, ...]:
    if any(len(each) != 2 or not (each.isascii() and each.isalnum()) for each in facts.modifiers) or len(facts.modifiers) > 4:
        field = 16 if facts.segment == "PR1" else 26
        raise HL7Problem("hl7.bad_modifier", "Modifiers are two letters or digits, four at most.", facts.segment, field)
    return facts.modifiers


def _units(facts: CodeFacts) -> str:
    if not facts.units:
        return ""
    try:
        units = Decimal(facts.units)
    except InvalidOperation:
        units = Decimal(0)
    if not units.is_finite() or not 0 < units < 100_000 or units != round(units, 2):
        raise HL7Problem("hl7.bad_amount", "The quantity is no number of units.", facts.segment, 10)
    return f"{units.normalize():f}"


def _wrong(code: str, sentence: str, facts: CodeFacts) -> NoReturn:
    raise HL7Problem(code, sentence, facts.segment, _PLACES[facts.segment])


def coder_named(account: Account, named: str, source: Source) -> User | None:
    """Who a message names, as ``coder_of``; where it is nobody the message is flagged."""
    if not named:
        return None
    user, flag = coder_of(account, source.codes.coder(named))
    if flag:
        source.flag(flag)
    return user


def coder_of(account: Account, username: str) -> tuple[User | None, str]:
    """The coder of the facility with this user name and competence for the account today; else None and why."""
    user: User | None = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        return None, "coder_unknown"
    on = clock.today(account.facility)
    if user.has_role(Role.CODER, account.facility_id) and competent(user, account.facility, account.patient_class, on):
        return user, ""
    return None, "coder_without_competence"
