"""Composer, a query's page, the supervisor's figures: as pages and forms, with and without scripts."""

import datetime
import logging
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import AccessRecord, Account, DocumentVersion, Hold, Patient, Provider
from coding_workflow.coding import services as coding
from coding_workflow.coding.models import ProviderQuery, QueryLink, QueryResponse, SentQuery
from coding_workflow.coding.services import queries as services
from coding_workflow.settings.logs import LOGGING
from coding_workflow.staff.models import Role, RoleGrant
from tests.cast import Cast
from tests.coding.queries import desk
from tests.coding.queries.desk import NOTE, NPI_END, OPTIONS, PASSAGE, answer, asked_about, draft, send
from tests.security.browser import signed_in
from worklist.selectors import query_figures


@pytest.fixture
def account(hospital: Cast) -> Account:
    return asked_about(hospital)


@pytest.fixture
def ana(hospital: Cast) -> Client:
    return signed_in(hospital.ana)


def _new(account: Account) -> str:
    return reverse("worklist:new_query", args=[account.pk])


def _passage(account: Account) -> str:
    start = NOTE.index(PASSAGE)
    return f"{DocumentVersion.objects.filter(account=account).earliest('pk').pk}:{start}:{start + len(PASSAGE)}"


def _form(account: Account, **changes: Any) -> dict[str, Any]:
    return {
        "do": "send",
        "kind": "multiple_choice",
        "reason": "treatment",
        "subject": "Condition treated by breathing support",
        "text": "Breathing support was given with the findings quoted. Which condition was treated by it?",
        "options": "\r\n".join(OPTIONS),
        "indicator": _passage(account),
        "provider": account.attending_id,
        **changes,
    }


# ---------------------------------------------------------------- composer


def test_the_page_offers_linked_passages_providers_and_codes(account: Account, hospital: Cast, ana: Client) -> None:
    code = coding.assign_diagnosis(account_id=account.pk, code="J44.1", poa="Y", by=hospital.actor("ana"))
    version = DocumentVersion.objects.get(account=account)
    values = {"account_id": account.pk, "version_id": version.pk, "by": hospital.actor("ana")}
    coding.link_evidence(**values, diagnosis_id=code.pk, start=0, end=24)
    page = ana.get(_new(account)).content.decode()
    assert f'value="{version.pk}:0:24"' in page
    assert "J44.1" in page and "Ward, Wanda (attending)" in page
    assert "checked as you write" in page
    assert AccessRecord.objects.filter(kind="query.composed", account=account).exists()


def test_words_are_checked_as_a_fragment_and_nothing_is_written(account: Account, ana: Client) -> None:
    form = _form(account, do="check", text="Please document the DRG.")
    said = ana.post(_new(account), form, headers={"HX-Request": "true"})
    page = said.content.decode()
    assert said.status_code == 200 and "<html" not in page
    assert re.findall(r"<mark>(.*?)</mark>", page) == ["DRG", "Please document"]
    fine = ana.post(_new(account), _form(account, do="check"), headers={"HX-Request": "true"}).content.decode()
    assert "Nothing speaks against this wording" in fine
    assert not ProviderQuery.objects.exists()


def test_the_same_check_without_scripts_keeps_what_was_typed(account: Account, ana: Client) -> None:
    page = ana.post(_new(account), _form(account, do="check", text="Is it <b>sepsis</b>?")).content.decode()
    assert "Is it &lt;b&gt;sepsis&lt;/b&gt;?" in page
    assert "names a diagnosis that no quoted passage documents" in page
    assert f'value="{_passage(account)}" checked' in page


def test_a_template_fills_in_its_wording_and_leaves_the_passages(account: Account, ana: Client) -> None:
    page = ana.post(_new(account), _form(account, do="template", template="kidney")).content.decode()
    assert "Change of kidney function" in page and "Acute tubular necrosis" in page
    assert f'value="{_passage(account)}" checked' in page
    assert "Quote: Creatinine" in page


def test_a_draft_is_kept_and_opened_again(account: Account, ana: Client) -> None:
    said = ana.post(_new(account), _form(account, do="save", text="Half a"))
    kept = ProviderQuery.objects.get()
    assert said.headers["Location"] == reverse("worklist:edit_query", args=[account.pk, kept.pk])
    page = ana.get(said.headers["Location"]).content.decode()
    assert "Half a" in page and f'value="{_passage(account)}" checked' in page
    ana.post(said.headers["Location"], _form(account, do="save", text="Half a question?"))
    assert ProviderQuery.objects.get().text == "Half a question?"
    assert "Half" not in ana.get(reverse("worklist:account", args=[account.pk])).content.decode()
    ana.post(said.headers["Location"], {"do": "discard"})
    assert ProviderQuery.objects.get().status == "withdrawn"


def test_what_stops_the_sending_is_said_and_the_draft_stays(account: Account, ana: Client) -> None:
    said = ana.post(_new(account), _form(account, text="Please document hypoxia."))
    assert said.status_code == 422
    kept = ProviderQuery.objects.get()
    assert (kept.status, kept.text) == ("draft", "Please document hypoxia.")
    page = said.content.decode()
    assert "Not sent:" in page and reverse("worklist:edit_query", args=[account.pk, kept.pk]) in page
    again = ana.post(reverse("worklist:edit_query", args=[account.pk, kept.pk]), _form(account))
    assert again.status_code == 200 and ProviderQuery.objects.get().status == "sent"


def test_link_and_code_are_shown_once_and_open_the_query(account: Account, ana: Client) -> None:
    page = ana.post(_new(account), _form(account)).content.decode()
    token = re.search(r"/answer/([\w-]+)/", page)
    code = re.search(r'data-testid="code">(\d{4}) (\d{4})<', page)
    assert token and code
    assert services.identify(token=token[1], code=code[1] + code[2], who=NPI_END).link is not None
    query = ProviderQuery.objects.get()
    for address in (reverse("worklist:query", args=[account.pk, query.pk]), reverse("worklist:account", args=[account.pk])):
        assert token[1] not in ana.get(address).content.decode()
    edit = ana.get(reverse("worklist:edit_query", args=[account.pk, query.pk]))
    assert edit.headers["Location"] == reverse("worklist:query", args=[account.pk, query.pk])


def test_a_selection_in_the_record_begins_a_query(account: Account, ana: Client) -> None:
    version = DocumentVersion.objects.get(account=account)
    start = NOTE.index("BiPAP for 6 hours")
    form = {"do": "quote", "version": version.pk, "quote": "BiPAP for 6 hours", "start": start, "end": start + 17, "code": "dx-1"}
    said = ana.post(_new(account), form, headers={"HX-Request": "true"})
    kept = ProviderQuery.objects.get()
    assert said.headers["HX-Redirect"] == reverse("worklist:edit_query", args=[account.pk, kept.pk])
    assert kept.indicators == [{"version": version.pk, "start": start, "end": start + 17}]
    assert (kept.provider, kept.kind, kept.text) == (account.attending, "open", "")
    assert 'data-does="query"' in ana.get(reverse("worklist:account", args=[account.pk])).content.decode()


@pytest.mark.parametrize("quote", ["not there", "", "6 hours. BiPAP"])
def test_words_that_do_not_stand_there_are_refused_where_they_were_typed(account: Account, ana: Client, quote: str) -> None:
    version = DocumentVersion.objects.get(account=account)
    said = ana.post(_new(account), _form(account, do="quote", version=version.pk, quote=quote))
    assert said.status_code == 422
    assert 'id="quote-said"' in said.content.decode()
    assert not ProviderQuery.objects.exists()


def test_a_selection_that_cannot_be_kept_is_refused_beside_it(account: Account, hospital: Cast, ana: Client) -> None:
    RoleGrant.objects.create(user=hospital.ben, facility=hospital.main, role=Role.CODER)
    coding.assign_diagnosis(account_id=account.pk, code="J44.1", poa="Y", by=hospital.actor("ben"))
    form = {"do": "quote", "version": DocumentVersion.objects.get(account=account).pk, "quote": "BiPAP for 6 hours"}
    said = ana.post(_new(account), form, headers={"HX-Request": "true"})
    assert said.status_code == 409 and "Ben has this account open" in said.content.decode()
    assert "<html" not in said.content.decode() and not ProviderQuery.objects.exists()


def test_an_option_is_answered_however_it_was_spaced(account: Account, ana: Client) -> None:
    ana.post(_new(account), _form(account, options="Hypoxia   of  exertion\r\n\tHypercapnia \r\nOther\r\nUnable to determine"))
    query = ProviderQuery.objects.get()
    assert query.options[:2] == ["Hypoxia of exertion", "Hypercapnia"]
    form = {"do": "answer", "way": "verbal", "choice": "Hypoxia of exertion", "words": "", "signed_name": "Ward"}
    assert ana.post(reverse("worklist:change_query", args=[account.pk, query.pk]), form).status_code == 302


def test_another_accounts_document_is_quoted_nowhere(account: Account, hospital: Cast, ana: Client) -> None:
    theirs = DocumentVersion.objects.get(account=asked_about(hospital, "A2"))
    said = ana.post(_new(account), _form(account, do="quote", version=theirs.pk, quote="BiPAP"))
    assert said.status_code == 422
    said = ana.post(_new(account), _form(account, indicator=f"{theirs.pk}:0:5"))
    assert said.status_code == 422 and not ProviderQuery.objects.exists()


@pytest.mark.parametrize("indicator", ["x", "1:2", "1:2:3:4", "-1:0:2", "9" * 30 + ":0:1", "1:0:99999999", "\x00:1:2"])
def test_a_passage_that_is_none_is_left_out_or_refused(account: Account, ana: Client, indicator: str) -> None:
    said = ana.post(_new(account), _form(account, do="save", indicator=indicator))
    assert said.status_code in (302, 422)
    assert all(each.indicators == [] for each in ProviderQuery.objects.all())


def test_a_draft_of_another_account_is_unknown(account: Account, hospital: Cast, ana: Client) -> None:
    other = asked_about(hospital, "A2")
    kept = draft(other, hospital.actor("ana"))
    assert ana.get(reverse("worklist:edit_query", args=[account.pk, kept.pk])).status_code == 404


# ---------------------------------------------------------------- the query's page


def _address(made: services.NewLink, name: str = "query") -> str:
    return reverse(f"worklist:{name}", args=[made.link.account_id, made.link.query_id])


def test_the_page_shows_copy_way_and_what_may_be_done(account: Account, hospital: Cast, ana: Client) -> None:
    made = send(account, hospital.actor("ana"))
    page = ana.get(_address(made)).content.decode()
    assert "BiPAP for 6 hours" in page and OPTIONS[1] in page
    assert "Sent by Ana to Ward, Wanda" in page and "The link works until" in page
    assert "Make another link" in page and "Close without" not in page
    assert "Close without an answer" in signed_in(hospital.cleo).get(_address(made)).content.decode()
    reader = signed_in(hospital.cora).get(_address(made)).content.decode()
    assert "BiPAP" in reader and "Make another link" not in reader
    assert "Query sent to the provider" in ana.get(reverse("worklist:history", args=[account.pk])).content.decode()


def test_an_answer_is_written_down_from_the_page_and_refused_where_it_was_typed(
    account: Account, hospital: Cast, ana: Client
) -> None:
    made = send(account, hospital.actor("ana"))
    change = _address(made, "change_query")
    form = {"do": "answer", "way": "verbal", "choice": "Other", "words": "", "signed_name": "Dr Ward"}
    said = ana.post(change, form)
    assert said.status_code == 422 and "own words" in said.content.decode() and 'value="Dr Ward"' in said.content.decode()
    assert ana.post(change, form | {"words": "Exhaustion"}).status_code == 302
    page = ana.get(_address(made)).content.decode()
    assert "Exhaustion" in page and "written down by Ana" in page and "signed addendum arrives" in page


def test_the_addendum_is_named_from_the_page(account: Account, hospital: Cast, ana: Client) -> None:
    made = send(account, hospital.actor("ana"))
    answer(made)
    assert "No signed document has come" in ana.get(_address(made)).content.decode()
    signed = desk.note(account, "Acute respiratory failure.", source_id="N4", author=None, title="Late entry")
    assert "Late entry, version 1" in ana.get(_address(made)).content.decode()
    assert ana.post(_address(made, "change_query"), {"do": "document", "version": signed.pk}).status_code == 302
    assert "Documented in Late entry" in ana.get(_address(made)).content.decode()
    assert not Hold.objects.filter(resolved_at=None).exists()


def test_another_link_withdrawing_closing_and_asking_again(account: Account, hospital: Cast, ana: Client) -> None:
    made = send(account, hospital.actor("ana"))
    change = _address(made, "change_query")
    assert "/answer/" in ana.post(change, {"do": "link"}).content.decode()
    assert ana.post(change, {"do": "withdraw", "reason": ""}).status_code == 422
    assert ana.post(change, {"do": "close", "reason": "No answer"}).status_code == 403
    assert ana.post(change, {"do": "nonsense"}).status_code == 200
    assert ana.post(change, {"do": "withdraw", "reason": "Wrong provider"}).status_code == 302
    said = ana.post(change, {"do": "again"})
    second = ProviderQuery.objects.latest("pk")
    assert said.headers["Location"] == reverse("worklist:edit_query", args=[account.pk, second.pk])


def test_the_state_of_the_link_is_said(account: Account, hospital: Cast, ana: Client) -> None:
    made = send(account, hospital.actor("ana"))
    services.identify(token=made.token, code="0", who="0")
    assert "1 wrong so far" in ana.get(_address(made)).content.decode()
    for _ in range(4):
        services.identify(token=made.token, code="0", who="0")
    assert "locked after 5 wrong tries" in ana.get(_address(made)).content.decode()
    QueryLink.objects.update(wrong_tries=0, expires_at=timezone.now())
    assert "has expired" in ana.get(_address(made)).content.decode()


def test_the_account_page_names_its_queries(account: Account, hospital: Cast, ana: Client) -> None:
    made = send(account, hospital.actor("ana"))
    page = ana.get(reverse("worklist:account", args=[account.pk])).content.decode()
    assert _address(made) in page and "Condition treated by breathing support" in page
    assert 'href="#queries"' in page


# ---------------------------------------------------------------- the provider's page


def _link(made: services.NewLink) -> str:
    return reverse("worklist:answer", args=[made.token])


def _open(made: services.NewLink, **changes: str) -> Any:
    form = {"do": "open", "digits": f"{made.code[:4]} {made.code[4:]}", "who": NPI_END, **changes}
    return Client().post(_link(made), form)


def _proof(page: str) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', page)
    assert found
    return found[1]


def test_before_who_it_is_the_page_says_nothing_of_the_patient(account: Account, hospital: Cast) -> None:
    made = send(account, hospital.actor("ana"))
    for said in (Client().get(_link(made)), _open(made, who="0000")):
        # The form's token is chance, which spells anything.
        page = re.sub(r"[A-Za-z0-9]{64}", "", said.content.decode())
        for words in ("Testcase", account.number, account.patient.mrn, "BiPAP", "breathing", "Ward"):
            assert words not in page
        assert "Main Street Hospital" in page
        assert said.headers["Referrer-Policy"] == "same-origin" and "no-store" in said.headers["Cache-Control"]
    assert "4 tries are left" in page


def test_the_provider_opens_answers_once_and_gets_a_copy(account: Account, hospital: Cast) -> None:
    made = send(account, hospital.actor("ana"))
    page = _open(made).content.decode()
    assert "BiPAP for 6 hours" in page and "P.T." in page and account.patient.mrn in page
    assert "Testcase" not in page and "1957" not in page
    form = {"do": "answer", "proof": _proof(page), "choice": OPTIONS[0], "words": "", "signed_name": ""}
    client = Client()
    said = client.post(_link(made), form)
    assert said.status_code == 422 and f'value="{OPTIONS[0]}" checked' in said.content.decode()
    done = client.post(_link(made), form | {"signed_name": "Wanda Ward"})
    assert done.status_code == 200
    assert "your copy" in done.content.decode() and "Signed Wanda Ward" in done.content.decode()
    assert QueryResponse.objects.get().choice == OPTIONS[0]
    for again in (client.post(_link(made), form), client.get(_link(made)), _open(made)):
        assert again.status_code == 404 and "BiPAP" not in again.content.decode()


def test_an_answer_without_having_been_identified_is_none(account: Account, hospital: Cast) -> None:
    made = send(account, hospital.actor("ana"))
    other = send(account, hospital.actor("ana"))
    page = _open(other).content.decode()
    for proof in ("", "forged", _proof(page)):
        form = {"do": "answer", "proof": proof, "choice": OPTIONS[0], "words": "Kept words", "signed_name": "W"}
        said = Client().post(_link(made), form)
        assert said.status_code == 422 and "BiPAP" not in said.content.decode()
        assert 'value="Kept words"' in said.content.decode()
    assert not QueryResponse.objects.exists()


def test_what_was_written_before_the_page_grew_old_is_there_afterwards(account: Account, hospital: Cast) -> None:
    made = send(account, hospital.actor("ana"))
    page = _open(made, words="Kept words", choice=OPTIONS[1], signed_name="Wanda Ward").content.decode()
    assert "Kept words</textarea>" in page and f'value="{OPTIONS[1]}" checked' in page


def test_looking_at_the_link_costs_no_try_and_five_wrong_ones_end_it(account: Account, hospital: Cast) -> None:
    made = send(account, hospital.actor("ana"))
    for _ in range(20):
        assert Client().get(_link(made)).status_code == 200
    assert [_open(made, digits="1").status_code for _ in range(5)] == [422, 422, 422, 422, 404]
    assert _open(made).status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "é", "a" * 3000])
def test_addresses_that_are_no_links_answer_alike(hospital: Cast, token: str) -> None:
    said = Client().get(f"/answer/{token}/")
    assert said.status_code == 404 and "does not work" in said.content.decode()


def test_posting_without_end_from_one_address_is_stopped(account: Account, hospital: Cast) -> None:
    client = Client()
    said = [client.post("/answer/xyz/", {"do": "open"}).status_code for _ in range(62)]
    assert (said[0], said[-1]) == (404, 429)


def test_other_methods_are_refused(account: Account, hospital: Cast) -> None:
    made = send(account, hospital.actor("ana"))
    assert {Client().generic(method, _link(made)).status_code for method in ("PUT", "DELETE", "PATCH")} == {405}


def test_no_log_line_holds_the_key_of_a_link() -> None:
    made = LOGGING["formatters"]["line"].copy()
    formatter = made.pop("()")(**made)
    for text, args in (("Not Found: %s", ("/answer/s3cret-Key/",)), ("GET /answer/s3cret-Key/ x", ())):
        line = formatter.format(logging.LogRecord("django.request", logging.WARNING, "", 1, text, args, None))
        assert "s3cret" not in line and "/answer/(key)/" in line


# ---------------------------------------------------------------- figures


def _figures(hospital: Cast, days: int = 30) -> query_figures.Figures:
    cleo = hospital.cleo
    cleo.act_as([Role.SUPERVISOR])
    return query_figures.figures(cleo, days)


def _sent(
    account: Account, hospital: Cast, days_ago: float, answered_after: float | None = None, choice: str = OPTIONS[0]
) -> None:
    """A query that was sent some days ago, and perhaps answered some days later."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    with time_machine.travel(at, tick=False):
        made = send(account, hospital.actor("ana"))
    if answered_after is None:
        return
    with time_machine.travel(at + datetime.timedelta(days=answered_after), tick=False):
        keys = {"account_id": account.pk, "query_id": made.link.query_id, "by": hospital.actor("ana")}
        services.record_answer(**keys, way="written", choice=choice, words="Words", signed_name="Ward")


def test_an_old_open_query_lowers_the_rate_and_a_late_answer_is_late(account: Account, hospital: Cast) -> None:
    _sent(account, hospital, 20, answered_after=1)
    _sent(account, hospital, 20, answered_after=3, choice="Unable to determine")
    _sent(account, hospital, 20, answered_after=9, choice="Other")
    _sent(account, hospital, 20)
    _sent(account, hospital, 2)
    _sent(account, hospital, 80, answered_after=2)
    said = _figures(hospital)
    # Two of four within a week: the one of two days ago is not due yet.
    assert (said.sent, said.answered, said.rate, said.median) == (5, 3, 50, "3.0 d")
    assert (said.agreement, said.undetermined) == (33, 1)
    assert _figures(hospital, 90).sent == 6
    page = signed_in(hospital.cleo).get(reverse("worklist:queries")).content.decode()
    assert "50 %" in page and "Over 14 days: 1" in page and "Up to 2 days: 1" in page


def test_a_withdrawn_query_counts_nowhere_and_an_open_question_agrees_with_nobody(account: Account, hospital: Cast) -> None:
    ana = hospital.actor("ana")
    made = send(account, ana)
    services.withdraw_query(account_id=account.pk, query_id=made.link.query_id, by=ana, reason="Wrong provider")
    answer(send(account, ana, kind="open", options=()), "", "Exhaustion")
    said = _figures(hospital)
    assert (said.sent, said.answered, said.rate, said.agreement) == (1, 1, 100, None)


def test_figures_by_provider(account: Account, hospital: Cast) -> None:
    ana = hospital.actor("ana")
    send(account, ana, provider_id=desk.other_provider(hospital).pk)
    answer(send(account, ana))
    send(account, ana)
    cleo = hospital.cleo
    cleo.act_as([Role.SUPERVISOR])
    rows = query_figures.by_provider(cleo, 30)
    assert [(row.provider, row.sent, row.answered, row.rate) for row in rows] == [
        ("Ward, Wanda", 2, 1, 100),
        ("Okafor", 1, 0, None),
    ]


def test_nothing_asked_has_no_rate(hospital: Cast) -> None:
    said = _figures(hospital)
    assert (said.sent, said.rate, said.agreement, said.median) == (0, None, None, "")
    assert "No query is open" in signed_in(hospital.cleo).get(reverse("worklist:queries")).content.decode()


def test_the_page_names_open_queries_oldest_first_and_hides_other_hospitals(account: Account, hospital: Cast) -> None:
    send(account, hospital.actor("ana"))
    elsewhere = Account.objects.create(
        facility=hospital.other, number="E1", patient_class="inpatient", patient=_patient(hospital), step="registered"
    )
    provider = Provider.objects.create(facility=hospital.other, source_id="E", family_name="Elsewhere")
    hidden = {"provider": provider, "asked_by": hospital.ana, "status": "sent", "sent_at": timezone.now(), "subject": "Hidden"}
    ProviderQuery.objects.create(facility=hospital.other, account=elsewhere, reason="unclear", kind="open", **hidden)
    page = signed_in(hospital.cleo).get(reverse("worklist:queries") + "?days=90").content.decode()
    assert "Condition treated by breathing support" in page and "Hidden" not in page
    assert "last 90 days" in page


def _patient(hospital: Cast) -> Any:
    return Patient.objects.create(facility=hospital.other, mrn="E", family_name="E", given_name="E")


def test_a_restricted_account_is_on_no_list(account: Account, hospital: Cast) -> None:
    send(account, hospital.actor("ana"))
    Account.objects.update(restricted="VIP")
    assert "breathing support" not in signed_in(hospital.cleo).get(reverse("worklist:queries")).content.decode()


def test_budget_of_the_overview(account: Account, hospital: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        send(account, hospital.actor("ana"), provider_id=desk.other_provider(hospital).pk if not number else account.attending_id)
    client = signed_in(hospital.cleo)
    with django_assert_max_num_queries(15):
        client.get(reverse("worklist:queries"))


def test_two_facilities_do_not_mix(account: Account, hospital: Cast) -> None:
    send(account, hospital.actor("ana"))
    RoleGrant.objects.create(user=hospital.dov, facility=hospital.other, role=Role.SUPERVISOR)
    dov = hospital.dov
    dov.act_as([Role.SUPERVISOR])
    assert query_figures.figures(dov, 30).sent == 0
    assert query_figures.by_provider(dov, 30) == []
    with pytest.raises(Refused):
        services.renew_link(account_id=account.pk, query_id=ProviderQuery.objects.get().pk, by=hospital.actor("dov"))
    assert SentQuery.objects.count() == 1
