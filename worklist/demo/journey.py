"""The whole journey of one synthetic account, step by step, through the services: registration to corrected claim.

It plays at a facility of its own (SMOKE), whose people cannot sign in, so that it can run on any installation.
"""

import datetime
from collections.abc import Callable
from dataclasses import replace

from accounts import clock, history
from accounts.actors import Actor
from accounts.models import Account, Event, Facility, Hold, Step
from accounts.scope import ALL, scoped
from coding_workflow.codesets.models import TableRelease
from coding_workflow.codesets.services import load_standard
from coding_workflow.payment.models import Claim
from coding_workflow.payment.x12 import validate
from coding_workflow.release.certificates import replay
from coding_workflow.release.models import Check, Release
from coding_workflow.release.services import end_without_claim
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.selectors import administers
from coding_workflow.staff.services import grant_role
from worklist.assignment import claim_next

from .hospital import open_hospital
from .messages import Sender
from .player import PATIENCE, Player, StoryStuck
from .stories import stays
from .story import Aftermath, Dx, Story

Say = Callable[[str], None]
CODE, PREFIX = "SMOKE", "smoke-"
_SUMMARY_COMES = "discharge_summary"


def _open_hospital() -> Facility:
    """The facility of the journey. Who administers every other one administers it too, and so still all there are."""
    everywhere = [person for person in User.objects.filter(is_active=True).order_by("pk") if administers(person, None)]
    facility = open_hospital(code=CODE, name="Smoke Test Hospital", prefix=PREFIX)
    for person in everywhere:
        grant_role(by=None, person=person, facility=facility, role=Role.ADMINISTRATOR)
    return facility


class Journey:
    """Plays one new account and says each step. Raises StoryStuck at the first step that does not do what it must."""

    def __init__(self, say: Say, *, work_here: bool = False, patience: float = PATIENCE) -> None:
        self._say = say
        with scoped(ALL):
            self.facility = Facility.objects.filter(code=CODE).first() or _open_hospital()
            if not TableRelease.objects.filter(system="ICD-10-CM", complete=True).exists():
                load_standard(by=Actor.system("codes.load"))
            self._sweep()
            number = f"J{Account.objects.filter(facility=self.facility).count() + 1:06d}"
        self.player = Player(self.facility, prefix=PREFIX, work_here=work_here, patience=patience)
        self.story = _story(number)
        self.sender = Sender(self.story, CODE)

    def _sweep(self) -> None:
        """End what an earlier journey left behind, so that Get next gives this one's account."""
        for account in Account.objects.filter(facility=self.facility, step__in=(Step.CODING, Step.FINAL_CODED)):
            end_without_claim(account_id=account.pk, by=Actor.policy("journey"), reason="An earlier journey stopped here.")

    def travel(self) -> Account:
        """Registration, coding, review, release, payment, and a discrepancy with its corrected claim."""
        for step in (self.register, self.code, self.mend, self.release, self.bill, self.pay, self.correct, self.verify):
            step()
        return self.account()

    def account(self) -> Account:
        """The account as it stands."""
        return self.player.account(self.story)

    def register(self) -> None:
        """The feeds: ADT, MDM, DFT, ADT."""
        self.player.receive(self.sender.registration())
        self._say("Registered from an ADT A01.")
        self.player.receive(self.sender.papers(tuple(paper for paper in self.story.papers if not paper.late)))
        self.player.receive(self.sender.charges(self.story.bills))
        self._say(f"{len(self.story.papers) - 1} documents by MDM T02 and {len(self.story.bills)} charges by DFT P03.")
        self.player.receive(self.sender.discharge())
        self.player.settle(self.account())
        self._expect(Step.CODING, "Discharged by an ADT A03; the bill hold is over, coding work is open.")

    def code(self) -> None:
        """A coder takes the account by get next, codes and finalizes it; the check holds it."""
        coder = User.objects.get(username=f"{PREFIX}ana")
        with scoped([self.facility.pk]):
            item = claim_next(user=coder)
        if item is None or item.account_id != self.account().pk:
            raise StoryStuck("Get next did not give the coder the account that is ready.")
        self._say("A coder got it by Get next.")
        self.player.code(self.story)
        check = self._check("held")
        self._say(f"Coded from passages and finalized; check #{check.pk} holds it: {self._holds().rstrip('.')}.")

    def mend(self) -> None:
        """The missing document arrives; the hold clears itself."""
        self.player.receive(self.sender.papers(tuple(paper for paper in self.story.papers if paper.late)))
        self.player.settle(self.account())
        check = self._check("releasable")
        self._say(f"The discharge summary arrived; check #{check.pk} finds every condition met.")

    def release(self) -> None:
        """Another person approves."""
        self.player.approve(self.story)
        made = Release.objects.filter(account=self.account()).latest("sequence")
        result = replay(made.certificate)
        if not result.holds_up:
            raise StoryStuck("The release certificate does not replay to its own verdict.")
        self._say(f"Approved by a supervisor; release #{made.pk} is certified and its certificate replays.")

    def bill(self) -> None:
        """The claim was made by the outbox."""
        claim = self._claim()
        faults = validate.validate(claim.file.text)
        if faults:
            raise StoryStuck(f"The 837I has {len(faults)} faults.")
        self._expect(Step.BILLED, f"Claim {claim.number}: an 837I that validates, frequency {claim.frequency}, ${claim.total}.")
        self.player.submit(self.story)

    def pay(self) -> None:
        """The simulated payer's 835 is posted."""
        self.player.answer(self.story)
        self._expect(Step.PAID, "Paid: an 835 was posted once, with its adjustments.")

    def correct(self) -> None:
        """A discrepancy on the paid claim is corrected through the same gate."""
        self.player.aftermath(self.story, self.sender)
        claim = self._claim()
        if claim.frequency != "7" or claim.replaces is None:
            raise StoryStuck("The corrected claim is not a replacement.")
        faults = validate.validate(claim.file.text)
        if faults or f"REF*F8*{claim.replaces.payer_control_number}" not in claim.file.text:
            raise StoryStuck("The replacement does not carry the payer's control number.")
        self._expect(
            Step.BILLED, f"A discrepancy was corrected: claim {claim.number}, frequency 7 with the payer's control number."
        )

    def verify(self) -> None:
        """The history verifies."""
        account = self.account()
        if history.verify_account(account):
            raise StoryStuck("The account's chain of events does not verify.")
        self._say(f"{Event.objects.filter(account=account).count()} events, and their chain verifies.")

    def _expect(self, step: Step, words: str) -> None:
        account = self.account()
        if account.step != step:
            raise StoryStuck(f"The account is {Step(account.step).label.lower()}, not {step.label.lower()}. {self._holds()}")
        self._say(words)

    def _check(self, verdict: str) -> Check:
        check = Check.objects.filter(account=self.account()).latest("pk")
        if check.verdict != verdict:
            raise StoryStuck(f"The check says {check.verdict}, not {verdict}. {self._holds()}")
        return check

    def _claim(self) -> Claim:
        claim = Claim.objects.filter(account=self.account()).order_by("-pk").first()
        if claim is None:
            raise StoryStuck(f"No claim was made. {self._holds()}")
        return claim

    def _holds(self) -> str:
        rows = Hold.objects.filter(account=self.account(), resolved_at__isnull=True).order_by("condition", "pk")
        return " ".join(row.message for row in rows)


def _story(number: str) -> Story:
    """The stent story inside the tables that are loaded, its summary late, and a code corrected after payment."""
    told = stays.nstemi()
    papers = tuple(replace(paper, late=paper.type == _SUMMARY_COMES) for paper in told.papers)
    history_text = next(paper for paper in papers if paper.type == "history_and_physical")
    fuller = replace(history_text, text=f"{history_text.text}\n{_said(told)}")
    return replace(
        told,
        number=number,
        admitted=_last_day() - datetime.timedelta(days=told.days + 20),
        papers=tuple(fuller if paper is history_text else paper for paper in papers),
        aftermath=Aftermath(
            source="audit",
            description="Audit: the coronary disease is documented as chronic total occlusion as well.",
            root_cause="The catheterization report was read for the stented vessel only.",
            prevention="Education; a second reading of catheterization reports for a month.",
            diagnoses=(*(dx for dx in told.diagnoses if dx.role == "diagnosis"), Dx("I25.82", "chronic total occlusion", "Y")),
            condition_code="D4",
        ),
    )


def _said(told: Story) -> str:
    """The attending's words of the summary, said on admission as well, and the finding that was overlooked."""
    said = next(paper.text for paper in told.papers if paper.type == _SUMMARY_COMES)
    return f"{said.removeprefix('DISCHARGE SUMMARY')}\nAlso chronic total occlusion of the right coronary."


def _last_day() -> datetime.date:
    release = TableRelease.objects.filter(system="ICD-10-CM").order_by("effective").last()
    if release is None:
        raise StoryStuck("No ICD-10-CM table is loaded.")
    today = clock.today()
    upper = release.effective.upper
    return min(today, upper - datetime.timedelta(days=1)) if upper else today
