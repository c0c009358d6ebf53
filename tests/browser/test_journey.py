"""One account from registration to the corrected claim, by the feed, a coder, a supervisor and a biller, with real processes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from accounts import history
from accounts.models import Account, OutboxRow
from coding_workflow.payment.models import Claim
from coding_workflow.payment.simulation import answer_claims
from coding_workflow.payment.x12 import validate
from tests.journey.processes import Hospital, collect_static, numbered_broker
from tests.outbox.processes import wait_until
from worklist.demo.hospital import PASSWORD, open_hospital
from worklist.demo.messages import Sender
from worklist.demo.stories import stays
from worklist.demo.story import Paper, Story

from .desk import Desk
from .watching import watched_context

pytestmark = pytest.mark.processes

MISSING = "Discharge summary has not been received."
OVERLOOKED = "chronic total occlusion of the right coronary"


def _story() -> Story:
    """The stent story; what the summary says is said in the history too, so that the summary can come late."""
    told = stays.nstemi()
    said = _paper(told, "discharge_summary").text.removeprefix("DISCHARGE SUMMARY")
    before = _paper(told, "history_and_physical")
    fuller = replace(before, text=f"{before.text}\n{said}")
    return replace(told, number="26-700001", papers=tuple(fuller if one is before else one for one in told.papers))


def _paper(story: Story, kind: str) -> Paper:
    return next(paper for paper in story.papers if paper.type == kind)


@dataclass
class Stage:
    """The hospital with its processes, the story, and a browser of its own for each person."""

    hospital: Hospital
    browser: Browser
    story: Story
    sender: Sender
    complaints: list[str] = field(default_factory=list)
    sent: int = 0
    pages: dict[str, Page] = field(default_factory=dict)

    def feed(self, *messages: Iterable[bytes]) -> None:
        """Send messages as the registration feed does: files, imported by a process of their own."""
        self.sent += 1
        folder = self.hospital.folder / f"feed-{self.sent}"
        folder.mkdir()
        for number, raw in enumerate((raw for several in messages for raw in several), start=1):
            (folder / f"{number:03}.hl7").write_bytes(raw)
        done = self.hospital.command("import_hl7", str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "failed" not in done.stdout, done.stdout

    def page(self, name: str) -> Page:
        """The person's browser; they sign in when it is opened first."""
        if name not in self.pages:
            self.pages[name] = self._sign_in(name)
        return self.pages[name]

    def _sign_in(self, name: str) -> Page:
        page = watched_context(self.browser, self.complaints, accept_downloads=True).new_page()
        page.goto(self.hospital.address)
        assert "/signin/login/" in page.url
        page.locator("[name=login]").fill(name)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_have_text("My work")
        return page

    def go(self, name: str, address: str) -> Page:
        """Open an address in the person's browser."""
        page = self.page(name)
        page.goto(self.hospital.address + address)
        return page

    def account(self) -> Account:
        """The account as it stands in the database."""
        return Account.objects.get(number=self.story.number)

    def close(self) -> None:
        """Close every browser."""
        for page in self.pages.values():
            page.context.close()


@pytest.fixture
def stage(committed_coded_db: str, tmp_path: Path, browser: Browser) -> Iterator[Stage]:
    """An open hospital in which nothing has happened yet."""
    open_hospital()
    story = _story()
    with numbered_broker() as broker:
        static = collect_static(tmp_path / "static")
        made = Stage(Hospital(tmp_path, broker=broker, STATIC_ROOT=str(static)), browser, story, Sender(story, "MAIN"))
        try:
            for start in (made.hospital.start_relay, made.hospital.start_worker, made.hospital.start_web):
                start()
            made.hospital.wait_for_staff()
            made.hospital.wait_for_web()
            yield made
        finally:
            made.close()
            made.hospital.close()


def test_one_account_travels_from_registration_to_its_corrected_claim(stage: Stage):
    register(stage)
    desk = code(stage)
    hold_for_the_summary(stage, desk)
    approve(stage)
    first = bill(stage)
    pay(stage, first)
    find_a_discrepancy(stage)
    correct(stage)
    approve(stage)
    replaced = replace_claim(stage)
    assert replaced.replaces_id == first.pk
    assert history.verify_account(stage.account()) == []
    assert not OutboxRow.objects.filter(state="parked").exists()
    assert stage.complaints == []


def register(stage: Stage) -> None:
    """The feed: everything but the discharge summary."""
    papers = tuple(paper for paper in stage.story.papers if paper.type != "discharge_summary")
    sender = stage.sender
    stage.feed(sender.registration(), sender.papers(papers), sender.charges(stage.story.bills), sender.discharge())
    wait_until(lambda: stage.account().step == "coding", 30, "coding work")


def code(stage: Stage) -> Desk:
    """Ana gets the account, codes it from passages, abstracts and finalizes it."""
    page = stage.go("ana", "/")
    expect(page.locator("#listing")).to_contain_text(stage.story.number)
    page.get_by_role("button", name="Get next N").click()
    page.wait_for_url("**/account/*/")
    expect(page.locator("h1")).to_contain_text(stage.story.number)
    desk = Desk(page)
    desk.add_diagnosis("NSTEMI", "I21.4", poa="Y")
    desk.add_diagnosis("I25.10", "I25.10", poa="Y")
    desk.add_diagnosis("chest pain unspecified", "R07.9", role="admitting")
    desk.add_procedure("027034Z", "027034Z", day=stage.story.on(1).isoformat())
    desk.open_document("History and physical")
    desk.link("non-ST elevation myocardial infarction", "I21.4")
    desk.link("Native-vessel coronary artery disease", "I25.10")
    desk.open_document("Operative")
    desk.link("One drug-eluting stent placed in the proximal LAD", "027034Z")
    desk.abstract(
        "History and physical",
        patient_class="inpatient",
        admit_date=stage.story.admitted.isoformat(),
        discharge_date=stage.story.discharged.isoformat(),
        discharge_status="01",
    )
    desk.finalize()
    return desk


def hold_for_the_summary(stage: Stage, desk: Desk) -> None:
    """The gate holds, says why and where it is mended; the summary arrives, and the hold clears by itself."""
    desk.expect_verdict("Held")
    condition = desk.page.get_by_test_id("condition-3")
    condition.locator("summary").click()
    expect(condition.locator(".finding")).to_contain_text(MISSING)
    expect(condition.get_by_role("link", name="Go to the documents")).to_have_attribute("href", "#documents")
    expect(desk.page.locator("#holds")).to_contain_text(MISSING)
    board = stage.go("cleo", "/board/")
    expect(board.locator("main")).to_contain_text("Nothing waits for approval.")
    stage.feed(stage.sender.papers((_paper(stage.story, "discharge_summary"),)))
    desk.page.reload()
    desk.expect_verdict("Releasable")
    expect(desk.page.locator("#holds")).not_to_contain_text(MISSING)
    assert stage.account().step == "final_coded"


def approve(stage: Stage) -> None:
    """Cleo approves it on the release board."""
    wait_until(lambda: stage.account().step == "final_coded", 30, "final coding")
    page = stage.go("cleo", "/board/")
    page.get_by_role("button", name=f"Approve account {stage.story.number}").click()
    expect(page.locator("main")).to_contain_text("released")
    wait_until(lambda: stage.account().step == "billed", 30, "the claim")


def bill(stage: Stage) -> Claim:
    """Bill reads the claim, takes the file and marks it as submitted."""
    claim = Claim.objects.get(account=stage.account())
    page = _open_claim(stage, claim)
    text = _download(page, stage.hospital.folder)
    assert validate.validate(text) == []
    assert re.search(r"CLM\*\w+\*26950\*\*\*11:A:1\*", text), text
    page.get_by_role("button", name="Mark as submitted").click()
    expect(page.locator(".chip").first).to_have_text("Submitted")
    return claim


def pay(stage: Stage, claim: Claim) -> None:
    """The payer answers; Bill posts the remittance. A second time it is refused."""
    file = stage.hospital.folder / "answer.835"
    file.write_bytes(answer_claims([claim]))
    page = _post(stage, file)
    expect(page.locator("main table tbody tr")).to_have_count(1)
    expect(page.locator("#live")).to_contain_text("Posted: $")
    assert stage.complaints == []
    expect(_post(stage, file).locator("main")).to_contain_text("This remittance came before")
    # Of an answer that is no success the browser complains by itself; this one was meant.
    assert all("409" in complaint for complaint in stage.complaints), stage.complaints
    stage.complaints.clear()
    assert stage.account().step == "paid"
    page = _open_claim(stage, claim, tab="paid")
    expect(page.locator(".chip").first).to_have_text("Paid")


def _post(stage: Stage, file: Path) -> Page:
    page = stage.go("bill", "/claims/?show=remittances")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Post", exact=True).click()
    return page


def find_a_discrepancy(stage: Stage) -> None:
    """The feed brings an amended summary; the case opens by itself and Bill records its correction."""
    paper = _paper(stage.story, "discharge_summary")
    stage.feed(stage.sender.papers((replace(paper, text=f"{paper.text}\nAmended: also {OVERLOOKED}."),)))
    wait_until(lambda: stage.account().step == "coding", 30, "the account back with its coder")
    page = stage.go("bill", "/claims/?show=cases")
    page.get_by_role("link", name=stage.story.number).click()
    page.get_by_label("Root cause").fill("The summary was amended after the claim.")
    page.get_by_label("What is corrected").fill("The occlusion is coded.")
    page.get_by_label("What keeps it from happening again").fill("Cardiology dictates the findings before discharge.")
    page.get_by_label("Claim change").select_option("D4")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("main")).to_contain_text("Correction prepared")


def correct(stage: Stage) -> None:
    """It came back to Ana, who adds what was overlooked and finalizes again."""
    page = stage.go("ana", "/")
    expect(page.locator("section", has=page.locator("#mine-title"))).to_contain_text(stage.story.number)
    page.get_by_role("button", name="Get next N").click()
    page.wait_for_url("**/account/*/")
    expect(page.get_by_test_id("returned")).to_contain_text("Came back")
    desk = Desk(page)
    desk.add_diagnosis("chronic total occlusion of coronary", "I25.82", poa="Y")
    desk.open_document("Discharge summary")
    desk.link(OVERLOOKED, "I25.82")
    desk.finalize()
    desk.expect_verdict("Releasable")


def replace_claim(stage: Stage) -> Claim:
    """The corrected claim replaces the first one under the payer's control number."""
    claim = Claim.objects.filter(account=stage.account()).latest("pk")
    text = _download(_open_claim(stage, claim), stage.hospital.folder)
    assert claim.replaces is not None
    assert claim.replaces.payer_control_number
    assert validate.validate(text) == []
    assert re.search(r"CLM\*\w+\*26950\*\*\*11:A:7\*", text), text
    assert f"REF*F8*{claim.replaces.payer_control_number}~" in text
    assert "ABF:I2582" in text
    return claim


def _open_claim(stage: Stage, claim: Claim, tab: str = "made") -> Page:
    page = stage.go("bill", f"/claims/?show={tab}")
    _link(page, claim.number).click()
    expect(page.locator("h1")).to_contain_text(claim.number)
    return page


def _link(page: Page, words: str) -> Locator:
    return page.get_by_role("link", name=words)


def _download(page: Page, folder: Path) -> str:
    with page.expect_download() as started:
        _link(page, "837 file").click()
    started.value.save_as(folder / "claim.837")
    return (folder / "claim.837").read_text()
