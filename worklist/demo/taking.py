"""Taking a turn of a story through the real services."""

from collections.abc import Sequence
from functools import singledispatch
from typing import TYPE_CHECKING

from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion, Step
from accounts.scope import scoped
from accounts.services.documents import record_deficiency
from coding_workflow.coding import services as coding
from coding_workflow.coding.models import QueryLink
from coding_workflow.coding.queries.templates import BY_CODE
from coding_workflow.coding.selectors import diagnoses_in_force, procedures_in_force
from coding_workflow.coding.services import queries
from coding_workflow.registration.services import open_coding
from coding_workflow.release import services as release
from coding_workflow.staff.models import Competence, User
from coding_workflow.staff.services import end_competence

from . import turns
from .story import Dx, Px, Story, Turn

if TYPE_CHECKING:  # the player takes turns by this module
    from .player import Player


@singledispatch
def take(turn: Turn, player: "Player", story: Story) -> None:
    """Take one turn; TypeError for a turn that nobody can take."""
    raise TypeError(f"No one takes the turn {type(turn).__name__}.")


@take.register(turns.PapersArrive)
def _papers(turn: turns.PapersArrive, player: "Player", story: Story) -> None:
    player.receive(player.sender(story).papers(tuple(paper for paper in story.papers if paper.late)))


@take.register(turns.ChargesArrive)
def _charges(turn: turns.ChargesArrive, player: "Player", story: Story) -> None:
    player.receive(player.sender(story).charges(turn.bills))


@take.register(turns.AccountingUpdates)
def _update(turn: turns.AccountingUpdates, player: "Player", story: Story) -> None:
    player.receive(player.sender(story).update(**dict(turn.changes)))


@take.register(turns.DischargeCancelled)
def _cancel_discharge(turn: turns.DischargeCancelled, player: "Player", story: Story) -> None:
    player.receive(player.sender(story).cancel_discharge())


@take.register(turns.AdmissionCancelled)
def _cancel_admission(turn: turns.AdmissionCancelled, player: "Player", story: Story) -> None:
    player.receive(player.sender(story).cancel_admission())


@take.register(turns.BillHoldEnds)
def _early(turn: turns.BillHoldEnds, player: "Player", story: Story) -> None:
    with scoped([player.facility.pk]):
        open_coding(account=lock_account(player.account(story).pk), by=player.person("cleo"))


@take.register(turns.FoundWanting)
def _wanting(turn: turns.FoundWanting, player: "Player", story: Story) -> None:
    with scoped([player.facility.pk]):
        account = lock_account(player.account(story).pk)
        version = DocumentVersion.objects.filter(account=account, document__title=turn.title).latest("number")
        record_deficiency(account=account, version=version, quality=turn.quality, note=turn.note, by=player.person(story.coder))


@take.register(turns.Asked)
def _ask(turn: turns.Asked, player: "Player", story: Story) -> None:
    template, by = BY_CODE[turn.template], player.person(story.coder)
    with scoped([player.facility.pk]):
        account = player.account(story)
        wording = queries.Wording(
            kind=template.kind,
            reason=template.reason,
            subject=template.subject,
            text=_filled(template.text, turn),
            options=tuple(_filled(option, turn) for option in template.options),
            indicators=tuple(_where(account, passage) for passage in turn.passages),
            provider_id=account.attending_id,
            template=template.code,
        )
        query = queries.draft_query(account_id=account.pk, by=by, wording=wording)
        if not turn.draft:
            # The link is shown once and goes to the provider; in a story nobody waits for it.
            queries.send_query(account_id=account.pk, query_id=query.pk, by=by)


def _filled(text: str, turn: turns.Asked) -> str:
    for place, words in turn.fills:
        text = text.replace(f"[{place}]", words)
    return text


def _where(account: Account, passage: str) -> tuple[int, int, int]:
    for version in DocumentVersion.objects.filter(account=account).order_by("-pk"):
        start = version.text.find(passage)
        if start >= 0:
            return version.pk, start, start + len(passage)
    raise ValueError(f"A passage stands in no document of account #{account.pk}.")


@take.register(turns.Answered)
def _answer(turn: turns.Answered, player: "Player", story: Story) -> None:
    with scoped([player.facility.pk]):
        link = QueryLink.objects.filter(account=player.account(story), used_at=None, revoked_at=None).latest("pk")
        provider = link.query.provider
        name = f"{provider.given_name} {provider.family_name}" if provider else ""
        queries.answer_by_link(link_id=link.pk, choice=turn.choice, words=turn.words, signed_name=name)


@take.register(turns.SentBack)
def _send_back(turn: turns.SentBack, player: "Player", story: Story) -> None:
    with scoped([player.facility.pk]):
        release.send_back(account_id=player.account(story).pk, by=player.person("cleo"), reason=turn.words)


@take.register(turns.Recoded)
def _recode(turn: turns.Recoded, player: "Player", story: Story) -> None:
    if player.account(story).step == Step.FINAL_CODED:
        take(turns.SentBack(turn.words), player, story)
    with scoped([player.facility.pk]):
        account = player.account(story)
        _replace_diagnoses(turn.diagnoses, player, story, account, turn.words)
        if turn.procedures is not None:
            _replace_procedures(turn.procedures, player, story, account, turn.words)
        coding.finalize_coding(account_id=account.pk, by=player.person(story.coder))


def _replace_diagnoses(codes: Sequence[Dx], player: "Player", story: Story, account: Account, reason: str) -> None:
    by, roles = player.person(story.coder), {dx.role for dx in codes}
    for row in list(diagnoses_in_force(account.pk).filter(role__in=roles)):
        coding.remove_diagnosis(account_id=account.pk, diagnosis_id=row.pk, by=by, reason=reason)
    for dx in codes:
        player.assign_diagnosis(story, account, dx)


def _replace_procedures(codes: Sequence[Px], player: "Player", story: Story, account: Account, reason: str) -> None:
    by = player.person(story.coder)
    for row in list(procedures_in_force(account.pk)):
        coding.remove_procedure(account_id=account.pk, procedure_id=row.pk, by=by, reason=reason)
    for px in codes:
        player.assign_procedure(story, account, px)


@take.register(turns.Overridden)
def _override(turn: turns.Overridden, player: "Player", story: Story) -> None:
    with scoped([player.facility.pk]):
        account, by = player.account(story), player.person(story.coder)
        release.override_finding(account_id=account.pk, rule=turn.rule, subjects=turn.subjects, reason=turn.reason, by=by)
        if account.step == Step.CODING:
            coding.finalize_coding(account_id=account.pk, by=by)


@take.register(turns.CompetenceEnds)
def _competence(turn: turns.CompetenceEnds, player: "Player", story: Story) -> None:
    """The administrator ends it; the next check sees that."""
    with scoped([player.facility.pk]):
        administrator = User.objects.get(pk=player.person("ada").user_id)
        coder = User.objects.get(pk=player.person(story.coder).user_id)
        held = Competence.objects.filter(user=coder, facility=player.facility, coding_type=story.patient_class)
        for competence in held.filter(valid_to__gt=turn.on):
            end_competence(by=administrator, competence=competence, on=turn.on)
        release.run_check(account_id=player.account(story).pk)
