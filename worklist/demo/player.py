"""Plays a story through the real services: feed, coder, check, supervisor, biller, payer."""

import time
from collections.abc import Iterable

from django.db.models.functions import Now

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion, Facility, OutboxRow, OutboxState
from accounts.scope import scoped
from accounts.services.holds import place_hold
from coding_workflow.coding import services as coding
from coding_workflow.coding.selectors import diagnoses_in_force
from coding_workflow.outbox.services import drain
from coding_workflow.payment import services as payment
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.payment.simulation import answer_claims
from coding_workflow.registration.services import import_message
from coding_workflow.release import services as release
from coding_workflow.release.models import DiscrepancyCase
from coding_workflow.staff.models import User

from .feeds import LISTENER
from .messages import Sender
from .story import Aftermath, Dx, Px, Story, Turn, Until
from .taking import take

PATIENCE = 60.0


class StoryStuck(RuntimeError):
    """A story did not get where it should; the sentence names the account number's place in the demo."""


class Player:
    """Plays stories at one facility with the demo's people."""

    def __init__(self, facility: Facility, *, prefix: str = "", work_here: bool = True, patience: float = PATIENCE) -> None:
        """``prefix`` stands before the sign-in names; with ``work_here`` false a worker has to do the outbox's work,
        each time within ``patience`` seconds."""
        self.facility, self._prefix, self._work_here, self._patience = facility, prefix, work_here, patience
        self._people = {user.username: Actor.person(user.pk) for user in User.objects.filter(username__startswith=prefix)}
        self._senders: dict[str, Sender] = {}

    def play(self, story: Story) -> Account:
        """Play a story to its end and answer the account."""
        sender = self._senders[story.number] = Sender(story, self.facility.code)
        self.receive(sender.registration())
        self.receive(sender.papers(tuple(paper for paper in story.papers if not paper.late)))
        self.receive(sender.charges(story.bills))
        if story.until >= Until.DISCHARGED:
            self.receive(sender.discharge())
        self._prepare(story)
        self.take(story, *story.before)
        if story.no_claim:
            self._end(story)
        elif story.until >= Until.CODING:
            self.code(story)
        self.take(story, *story.after)
        self._bill(story)
        if story.until >= Until.SUBMITTED:
            self.aftermath(story, sender)
        return self.account(story)

    def account(self, story: Story) -> Account:
        """The story's account as it stands."""
        return Account.objects.select_related("facility").get(facility=self.facility, number=story.number)

    def sender(self, story: Story) -> Sender:
        """Who sends the messages of a story that was played."""
        return self._senders[story.number]

    def take(self, story: Story, *turns: Turn) -> None:
        """Let more happen to a story's account, and wait until the hospital has answered each turn."""
        for turn in turns:
            take(turn, self, story)
            self.settle(self.account(story))

    def person(self, name: str) -> Actor:
        """One of the demo's people by sign-in name."""
        return self._people[self._prefix + name]

    def code(self, story: Story) -> None:
        """Assign, support, abstract and (unless the story stops while coding) finalize."""
        with scoped([self.facility.pk]):
            account = self.account(story)
            self._assign(story, account)
            if story.until > Until.CODING:
                self._abstract(story, account)
                coding.finalize_coding(account_id=account.pk, by=self.person(story.coder))
        self.settle(account)

    def settle(self, account: Account) -> None:
        """Wait until nothing is due for the account, doing the work here as a worker would."""
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            if self._work_here:
                drain()
            if not _unfinished(account):
                return
            time.sleep(0.05)
        who = "" if self._work_here else " Relay and worker must be running."
        raise StoryStuck(f"Work on account #{account.pk} did not end within {self._patience:g} seconds.{who}")

    def receive(self, messages: Iterable[bytes]) -> None:
        """Import messages one by one; StoryStuck when one is not applied."""
        for raw in messages:
            message = import_message(raw, feed=LISTENER)
            if message.status not in {"applied", "duplicate"}:
                raise StoryStuck(f"Message #{message.pk} was not applied: {message.sentence}")

    def _prepare(self, story: Story) -> None:
        with scoped([self.facility.pk]):
            account = lock_account(self.account(story).pk)
            if story.restricted:
                Account.objects.filter(pk=account.pk).update(restricted=story.restricted)
            if story.mother:
                mother = Account.objects.get(facility=self.facility, number=story.mother)
                Account.objects.filter(pk=account.pk).update(mother=mother)
            if story.hold:
                key, message, condition, owner = story.hold
                place_hold(
                    account=account,
                    source="person",
                    key=key,
                    reason=key,
                    message=message,
                    condition=condition,
                    owner_role=owner,
                    fix="documents",
                    by=self.person(story.coder),
                )
        self.settle(self.account(story))

    def _assign(self, story: Story, account: Account) -> None:
        for dx in story.diagnoses:
            self.assign_diagnosis(story, account, dx)
        for px in story.procedures:
            self.assign_procedure(story, account, px)

    def assign_diagnosis(self, story: Story, account: Account, dx: Dx) -> None:
        """One diagnosis with its passage."""
        by = self.person(story.coder)
        row = coding.assign_diagnosis(account_id=account.pk, code=dx.code, role=dx.role, poa=dx.poa, by=by)
        self._support(account, dx.passage, by, diagnosis_id=row.pk)

    def assign_procedure(self, story: Story, account: Account, px: Px) -> None:
        """One procedure with its passage."""
        by = self.person(story.coder)
        row = coding.assign_procedure(
            account_id=account.pk,
            code=px.code,
            performed_on=story.on(px.day),
            modifiers=px.modifiers,
            units=px.units,
            specimen_sent=px.specimen,
            provider=account.operating,
            by=by,
        )
        self._support(account, px.passage, by, procedure_id=row.pk)

    def _support(self, account: Account, passage: str, by: Actor, **code: int) -> None:
        if not passage:
            return
        for version in DocumentVersion.objects.filter(account=account).order_by("-pk"):
            start = version.text.find(passage)
            if start >= 0:
                end = start + len(passage)
                coding.link_evidence(account_id=account.pk, version_id=version.pk, start=start, end=end, by=by, **code)
                return
        raise StoryStuck(f"A passage stands in no document of account #{account.pk}.")

    def _abstract(self, story: Story, account: Account) -> None:
        coding.abstract_record(
            account_id=account.pk,
            by=self.person(story.coder),
            patient_class=story.record_class or story.patient_class,
            admit_date=story.admitted,
            discharge_date=story.discharged,
            discharge_status=story.record_status or story.status,
            death_date=story.record_death,
            birth_weight_grams=story.birth_weight_grams,
            place_of_service=story.place_of_service,
        )

    def _bill(self, story: Story) -> None:
        if story.until >= Until.RELEASED:
            self.approve(story)
        if story.until >= Until.SUBMITTED:
            self.submit(story)
        if story.until in {Until.PAID, Until.DENIED}:
            self.answer(story, denied=story.until is Until.DENIED)

    def approve(self, story: Story) -> None:
        """The supervisor approves (unless policy released it already), and the claim is made."""
        account = self.account(story)
        if account.step == "final_coded":
            with scoped([self.facility.pk]):
                release.approve_release(account_id=account.pk, by=self.person("cleo"), revision=account.revision)
        self.settle(account)

    def submit(self, story: Story) -> None:
        """The biller marks the claim as sent."""
        with scoped([self.facility.pk]):
            for claim in self._claims(story, ClaimStatus.MADE):
                payment.mark_submitted(claim_id=claim.pk, by=self.person("bill"))

    def answer(self, story: Story, *, denied: bool = False) -> None:
        """The demo's payer answers with an 835, which the biller posts."""
        with scoped([self.facility.pk]):
            claims = self._claims(story, ClaimStatus.SUBMITTED)
            raw = answer_claims(claims, denied={claim.pk for claim in claims} if denied else set())
            payment.post_remittance(raw=raw, by=self.person("bill"), facility_id=self.facility.pk)
        self.settle(self.account(story))

    def _claims(self, story: Story, status: str) -> list[Claim]:
        found = list(Claim.objects.filter(account=self.account(story), status=status))
        if not found:
            raise StoryStuck(f"Account #{self.account(story).pk} has no claim that is {status}.")
        return found

    def _end(self, story: Story) -> None:
        with scoped([self.facility.pk]):
            account = self.account(story)
            release.end_without_claim(account_id=account.pk, by=Actor.policy("no_claim"), reason=story.no_claim)

    def aftermath(self, story: Story, sender: Sender) -> None:
        """The discrepancy after the claim, and its correction as far as the story goes."""
        after = story.aftermath
        if after is None:
            return
        if after.late:
            self.receive(sender.papers((after.late,)))
            self.settle(self.account(story))
        else:
            with scoped([self.facility.pk]):
                payment.open_discrepancy(
                    account_id=self.account(story).pk,
                    by=self.person("bill"),
                    source=after.source,
                    description=after.description,
                    overpayment=after.overpayment,
                )
        if after.diagnoses:
            self._correct(story, after)

    def _correct(self, story: Story, after: Aftermath) -> None:
        with scoped([self.facility.pk]):
            account = self.account(story)
            by = self.person(story.coder)
            for row in list(diagnoses_in_force(account.pk).filter(role="diagnosis")):
                coding.remove_diagnosis(account_id=account.pk, diagnosis_id=row.pk, by=by, reason="Corrected claim")
            for dx in after.diagnoses:
                self.assign_diagnosis(story, account, dx)
            self._record_correction(account, after)
            coding.finalize_coding(account_id=account.pk, by=by)
        self.settle(account)
        self.approve(story)

    def _record_correction(self, account: Account, after: Aftermath) -> None:
        case = DiscrepancyCase.objects.open().get(account=account)
        payment.record_correction(
            case_id=case.pk,
            by=self.person("bill"),
            root_cause=after.root_cause,
            correction=after.description,
            prevention=after.prevention,
            claim_change=after.condition_code,
        )


def _unfinished(account: Account) -> bool:
    rows = OutboxRow.objects.filter(account=account, state__in=(OutboxState.WAITING, OutboxState.LEASED))
    return rows.filter(not_before__lte=Now()).exists()
