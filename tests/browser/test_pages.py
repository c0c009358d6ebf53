"""Every page, as somebody who may see it, in light and dark: no complaint of the console or the policy, nothing grave for axe.

The pages are those of tests/security/url_table.py, filled by stories that were played through the services.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import Settings

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Facility, WorkItem
from accounts.services.holds import place_hold
from coding_workflow.codesets import services
from coding_workflow.codesets.models import TableUpload
from coding_workflow.coding.models import ProviderQuery
from coding_workflow.coding.services.queries import renew_link
from coding_workflow.guidelines.models import AdminRule
from coding_workflow.guidelines.services import write_rule
from coding_workflow.outbox.services import drain
from coding_workflow.payment.models import Claim, ClaimFile, Delivery, Remittance
from coding_workflow.registration.models import BulkRun, Feed, InboundMessage
from coding_workflow.registration.models import Delivery as MessageFile
from coding_workflow.registration.services import import_message
from coding_workflow.registration.services.bulk import Choice, start_bulk
from coding_workflow.registration.services.feeds import FeedSettings, add_route, create_feed, put_map
from coding_workflow.registration.services.heartbeats import Pulse, beat
from coding_workflow.registration.services.uploads import keep_upload
from coding_workflow.release.models import Backtest, Certificate, DiscrepancyCase
from coding_workflow.release.services.backtesting import start_backtest
from coding_workflow.staff import services as staff
from coding_workflow.staff.models import BreakGlass, Role, User
from coding_workflow.staff.services import break_glass
from tests.guidelines.lab.rules import definition
from tests.guidelines.rule_cast import proofs
from tests.registration import sending
from tests.security import url_table
from tests.security.browser import signed_in
from tests.security.url_table import PUBLIC, SIGNED_IN, TABLE, Address
from tests.worklist.query_rows import answer_link_at, draft_query_at, query_at
from tests.worklist.rows import delivery_at, parked_at
from tests.worklist.rules import blank
from worklist.assignment import claim_next
from worklist.demo.hospital import open_hospital
from worklist.demo.player import Player
from worklist.demo.stories import after_claim, asked, professional, sequence, states, stays, surgery, visits
from worklist.demo.story import Story
from worklist.models import Webhook
from worklist.webhooks import services as webhooks

from .serving import served, session_cookie
from .watching import SIZES, grave_findings, scrolls_sideways, watched_context

_WHY: Final = "The payer asks for this record today"
#: Addresses that answer with a file.
FILES: Final = frozenset(
    {
        "payment:claim_file",
        "worklist:certificate",
        "worklist:csv_template",
        "worklist:claim_fhir",
        "worklist:looks_file",
        "worklist:record_fhir",
        "worklist:team_time_file",
        "worklist:policy_text_file",
    }
)
#: Who looks, where the table lets several roles in: the first that may.
_BY_ROLE: Final = {
    Role.CODER: "ana",
    Role.SUPERVISOR: "cleo",
    Role.BILLER: "bill",
    Role.REVIEWER: "ben",
    Role.ADMINISTRATOR: "ada",
    Role.COMPLIANCE: "cora",
}
#: Tabs, queues and answers to nothing that the table's addresses do not show by themselves, and who sees them.
MORE: Final = (
    ("worklist:my_work", "?queue=held", ("cleo", "ana")),
    ("worklist:my_work", "?nothing=1&only=review", ("ben", "bill")),
    ("worklist:my_work", "", ("cleo", "ada", "cora")),
    ("worklist:board", "", ("cora",)),
    *(
        ("worklist:claims", f"?show={tab}", ("bill",))
        for tab in ("submitted", "paid", "cases", "remittances", "unmatched", "codes")
    ),
    ("worklist:looks", "?by=person", ("cora",)),
    ("staff:openings", "?show=reviewed", ("cora",)),
    ("worklist:rules", "?words=sepsis&condition=4", ("ada",)),
    ("worklist:many_imports", "?show=parked&code=registration.no_account_yet", ("cleo",)),
    *(("worklist:process", query, ("cleo", "ada")) for query in ("", "?class=emergency", "?show=took")),
    ("codesets:search", "?q=diabetes+foot+ulcer", ("ana",)),
)


def _stories() -> list[Story]:
    """One of each kind of state: paid, held, being coded, outpatient, reopened, in house."""
    amended = after_claim.amended_pathology()
    told = [stays.nstemi(), surgery.pacemaker(), visits.kitchen_knife(), amended, states.in_house(), states.being_coded()]
    told += [stays.query_outstanding(), asked.answered(), asked.begun()]
    told += [professional.office_visit(), professional.hospital_rounds()]
    return [*told, states.illegible_sheet(), *sequence.told()[:1]]


@dataclass
class Site:
    """The served hospital, cookies of its people, and what the browser complained about."""

    address: str
    cookies: dict[str, Any]
    complaints: list[str] = field(default_factory=list)

    def context(self, browser: Browser, who: str) -> BrowserContext:
        """A browser in which this person has signed in; nobody for an empty name."""
        context = watched_context(browser, self.complaints)
        if who:
            context.add_cookies([self.cookies[who]])
        return context


@pytest.fixture
def site(committed_coded_db: str, settings: Settings) -> Iterator[Site]:
    """A hospital with a few accounts at different steps, and Ana in the middle of one."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    player = Player(open_hospital())
    for story in _stories():
        player.play(story)
    Account.objects.filter(number=states.in_house().number).update(restricted="VIP")
    claim_next(user=User.objects.get(username="ana"))
    break_glass(user=User.objects.get(username="ana"), account=Account.objects.exclude(restricted="").first(), reason=_WHY)
    _upload(User.objects.get(username="ada"))
    delivery_at(None, Facility.objects.get(code="MAIN"))
    message = import_message(sending.discharge(disposition="ZZ"))
    _run_feeds(User.objects.get(username="ada"))
    parked_at(None, message.facility)
    _write_rules()
    settings.WEBHOOK_HOSTS = ["billing.example"]
    _let_programs_in()
    with served() as address:
        people = {name: User.objects.get(username=name) for name in set(_BY_ROLE.values())}
        yield Site(address, {name: session_cookie(signed_in(person), address) for name, person in people.items()})


def _upload(ada: User) -> None:
    """A list of codes that was read and waits to be loaded."""
    day, files = datetime.date(2026, 7, 1), [("own.csv", [b"code,description\n0450,Emergency"])]
    facility = sorted(ada.facility_ids())[0]
    services.keep_upload(facility_id=facility, system="REVENUE-CODE", starts=day, ends=None, files=files, by=Actor.person(ada.pk))
    drain()


def _run_feeds(ada: User) -> None:
    """A listener that says how it is doing, with rules and mappings, a file of it, and a choice of messages tried again."""
    main = Facility.objects.get(code="MAIN")
    port = {"address": "127.0.0.1", "port": 2576, "silence_minutes": 60}
    told = FeedSettings(title="Admissions", kind="mllp", facility_ids=[main.pk], **port)
    feed = create_feed(code="adt", settings=told, by=ada)
    add_route(feed_id=feed.pk, facility_id=main.pk, sending_facility="SYSTEM", authority="MPI", by=ada)
    put_map(feed_id=feed.pk, facility_id=main.pk, kind="disposition", local="HOME", ours="01", by=ada)
    beat("adt", Pulse(said="Listening on 127.0.0.1, port 2576", new_problem="A sender left in the middle of a message."))
    body = sending.discharge("c-file", disposition="ZZ")
    keep_upload(feed_id=feed.pk, name="evening.hl7", chunks=[body], dry=False, by=ada)
    drain()
    newest = InboundMessage.objects.latest("pk").pk
    start_bulk(kind="again", choice=Choice("parked"), until=newest, by=ada)
    drain()


def _write_rules() -> None:
    """A rule that can be published and one that was begun just now."""
    main, ada = Facility.objects.get(code="MAIN"), User.objects.get(username="ada")
    for key, made in (("infarction", definition()), ("begun", blank("A rule begun just now"))):
        write_rule(key=key, facility=main, definition=made, tests=proofs(), by=ada, reason="Asked for by the committee.")
    days = {"starts": datetime.date(2026, 1, 1), "ends": datetime.date(2026, 12, 1)}
    rule = {"rule": "lab.infarction", "candidate": definition(), "baseline": None}
    start_backtest(facility=main, by=Actor.person(ada.pk), **rule, **days)
    drain()


def _let_programs_in() -> None:
    """Tokens of a person and of a system, and a receiver that was told of a hold."""
    main, ada, ana = Facility.objects.get(code="MAIN"), User.objects.get(username="ada"), User.objects.get(username="ana")
    add = {"facility": main, "full_name": "Laboratory interface", "username": "lab", "roles": ["administrator"]}
    system = staff.create_system(by=ada, **add)
    for owner, scope, roles in ((ana, "write", ["coder"]), (system, "messages", ["administrator"])):
        by = ana if owner == ana else ada
        staff.make_token(by=by, owner=owner, facility=main, name="Interface engine", scope=scope, roles=roles, days=90)
    receiver = {"name": "Patient accounting", "url": "https://billing.example/in", "told_of": ["hold.opened"]}
    webhooks.add_webhook(by=ada, facility=main, **receiver)
    with transaction.atomic():
        account = lock_account(Account.objects.filter(restricted="").earliest("pk").pk)
        told = {"source": "person", "key": "told", "reason": "person.placed", "message": "Waits"}
        place_hold(account=account, by=Actor.person(ana.pk), **told)


def _who(address: Address) -> tuple[str, ...]:
    if address.roles == PUBLIC:
        return ("",)
    if address.roles == SIGNED_IN:
        return ("ana",)
    return tuple(name for role, name in _BY_ROLE.items() if role in address.roles)


def _query_rows(**which: Any) -> list[dict[str, Any]]:
    found = ProviderQuery.objects.filter(**which).order_by("pk")
    return [{"pk": query.account_id, "row": query.pk} for query in found]


def _open_link() -> list[dict[str, Any]]:
    """A link that works: the story's own was shown once and is nowhere kept."""
    query = ProviderQuery.objects.filter(status="sent").earliest("pk")
    coder = Actor.person(query.asked_by_id)
    return [{"token": renew_link(account_id=query.account_id, query_id=query.pk, by=coder).token}]


#: Addresses of queries, whose keys are more than one.
_QUERY_ROWS: Final = {
    draft_query_at: lambda: _query_rows(status="draft"),
    query_at: lambda: _query_rows(sent_at__isnull=False),
    answer_link_at: _open_link,
}


def _rows(address: Address) -> list[dict[str, Any]]:
    """The played rows for an address that carries a key; a KeyError here asks for a line below."""
    if address.row is None:
        return [{}]
    open_accounts = Account.objects.filter(restricted="").order_by("pk")
    played = {
        url_table.account: open_accounts,
        url_table.restricted_account: Account.objects.exclude(restricted=""),
        url_table.opening: BreakGlass.objects.all(),
        url_table.person: User.objects.filter(username__in=("ana", "cleo")),
        url_table.claim_at: Claim.objects.order_by("pk"),
        url_table.billed_claim_at: Claim.objects.order_by("pk")[:1],
        url_table.claim_file_at: ClaimFile.objects.all()[:1],
        url_table.delivery_at: Delivery.objects.all(),
        url_table.case_at: DiscrepancyCase.objects.all(),
        url_table.certificate_at: Certificate.objects.all()[:1],
        url_table.message_at: InboundMessage.objects.exclude(status="applied"),
        url_table.remittance_at: Remittance.objects.all()[:2],
        url_table.table_upload: TableUpload.objects.all(),
        url_table.backtest_at: Backtest.objects.all(),
        url_table.at_facility: Facility.objects.filter(code="MAIN"),
        url_table.policy_part: Facility.objects.filter(code="MAIN"),
        url_table.old_queues: Facility.objects.filter(code="MAIN"),
        url_table.work: WorkItem.objects.filter(closed_at=None, account__restricted="").order_by("pk")[:2],
        url_table.feed_at: Feed.objects.all(),
        url_table.message_file_at: MessageFile.objects.all(),
        url_table.bulk_at: BulkRun.objects.all(),
        url_table.rule_at: AdminRule.objects.order_by("pk"),
        url_table.system: User.objects.filter(is_system=True),
        url_table.webhook: Webhook.objects.all(),
    }
    if address.row in _QUERY_ROWS:
        return _QUERY_ROWS[address.row]()
    more = {"part": "evidence"} if address.row is url_table.policy_part else {}
    rows = [{"pk": row.pk} | more for row in played[address.row]]
    assert rows, "no story made such a row"
    return rows


_OF_ALL: Final = "worklist:account"


def _visits() -> Iterator[tuple[str, str, str]]:
    """Name, address and person of each visit. The first row is seen by all who may, others by the first of them.

    Of an account's own page every row is one of them, since each account stands somewhere else; of other addresses three are.
    """
    for name, address in TABLE.items():
        if "GET" not in address.methods or 200 not in address.answers or name in FILES:
            continue
        first, *others = _who(address)
        rows = _rows(address)
        chosen = rows if name == _OF_ALL else rows[:3]
        yield from ((name, reverse(name, kwargs=row), first) for row in chosen)
        yield from ((name, reverse(name, kwargs=rows[0]), other) for other in others)
    for name, query, people in MORE:
        yield from ((name, reverse(name) + query, who) for who in people)


@pytest.mark.once
def test_every_page_is_clean_in_light_and_dark(site: Site, browser: Browser):
    faults: list[str] = []
    dark: set[str] = set()  # looked at in the dark as well: once for each kind of page
    by_person: dict[str, list[tuple[str, str]]] = {}
    for name, address, who in _visits():
        by_person.setdefault(who, []).append((name, address))
    assert sum(map(len, by_person.values())) > len(TABLE) / 3
    for who, pages in by_person.items():
        with site.context(browser, who) as context:
            page = context.new_page()
            for name, address in pages:
                found = _look(page, site.address + address, in_the_dark=name not in dark)
                faults += [f"{who or 'nobody'} at {address} ({name}): {fault}" for fault in found]
                dark.add(name)
    assert faults == []
    assert site.complaints == []


def _look(page: Page, url: str, *, in_the_dark: bool) -> Iterator[str]:
    answer = page.goto(url)
    if answer is None or answer.status != 200:
        yield f"answered {answer.status if answer else 'nothing'}"
        return
    if not page.title().strip():
        yield "no title"
    if page.locator("h1").count() != 1 or not page.locator("h1").inner_text().strip():
        yield f"{page.locator('h1').count()} first headings"
    for size in SIZES:
        page.set_viewport_size(size)
        if scrolls_sideways(page):
            yield f"scrolls sideways at {size['width']}"
    page.emulate_media(color_scheme="light")
    yield from grave_findings(page)
    if not in_the_dark:
        return
    # Only colours differ in the dark.
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {found}" for found in grave_findings(page, "color-contrast"))


def test_every_file_is_sent_as_one(site: Site, browser: Browser):
    for name in FILES:
        who = "cora" if Role.SUPERVISOR not in TABLE[name].roles else "cleo"
        with site.context(browser, who) as context:
            for row in _rows(TABLE[name]):
                answer = context.request.get(site.address + reverse(name, kwargs=row))
                assert answer.status == 200
                assert answer.headers["content-disposition"].startswith("attachment")
