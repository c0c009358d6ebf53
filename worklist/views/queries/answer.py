"""The page on which a provider answers: by a link, without signing in, and only after naming what only the provider has.

Before that it says nothing but which hospital asks. An address that does not work answers alike, whatever the cause.
"""

from typing import Any, Final

from allauth.core import ratelimit
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from accounts.errors import Refused
from accounts.scope import ALL, scoped
from coding_workflow.coding.models import QueryLink, QueryResponse
from coding_workflow.coding.services import queries as services
from coding_workflow.coding.services.queries.links import OPENED, link_by_token
from worklist.selectors import queries as selectors

_METHODS: Final = ["GET", "HEAD", "POST"]
_SALT: Final = "worklist.queries.answer"
_WRONG: Final = "The code or the digits are not right."


def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask who it is (GET); open the query or take its answer (POST). A link that does not work is 404."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    if request.method == "POST" and not ratelimit.consume(request, action="query_answer"):
        return render(request, "429.html", status=429)
    with scoped(ALL):
        link = link_by_token(token)
    if link is None:
        return _over(request)
    with scoped([link.facility_id]):
        return _opened(request, token, link)


def _opened(request: HttpRequest, token: str, link: QueryLink) -> HttpResponse:
    if request.method != "POST":
        return _ask_who(request, link)
    if request.POST.get("do") == "answer":
        return _answer(request, link)
    said = services.identify(token=token, code=request.POST.get("digits", "")[:40], who=request.POST.get("who", "")[:80])
    if said.link is not None:
        return _question(request, said.link)
    if said.left == 0:
        return _over(request)
    tries = "One try is left." if said.left == 1 else f"{said.left} tries are left."
    return _ask_who(request, link, f"{_WRONG} {tries}", 422)


def _answer(request: HttpRequest, link: QueryLink) -> HttpResponse:
    if not _proven(request, link):
        return _ask_who(request, link, "This page was open for long; say once more who you are. Your answer is kept.", 422)
    sent = request.POST
    try:
        response = services.answer_by_link(
            link_id=link.pk, choice=sent.get("choice", ""), words=sent.get("words", ""), signed_name=sent.get("signed_name", "")
        )
    except Refused as refusal:
        if refusal.code == "query.link_over":
            return _over(request)
        return _question(request, link, refusal)
    return _done(request, link, response)


def _proven(request: HttpRequest, link: QueryLink) -> bool:
    """Whether this browser identified itself for this link a short time ago."""
    try:
        return bool(signing.loads(request.POST.get("proof", ""), salt=_SALT, max_age=OPENED) == link.pk)
    except signing.BadSignature:
        return False


def _ask_who(request: HttpRequest, link: QueryLink, sentence: str = "", status: int = 200) -> HttpResponse:
    provider = link.query.provider
    context = {
        "facility": link.account.facility,
        "by_number": bool(provider and provider.npi),
        "sentence": sentence,
        "typed": request.POST,
    }
    return render(request, "worklist/queries/who.html", context, status=status)


def _question(request: HttpRequest, link: QueryLink, refusal: Refused | None = None) -> HttpResponse:
    context = _about(link) | {
        "proof": signing.dumps(link.pk, salt=_SALT),
        "sentence": refusal.sentence if refusal else "",
        "typed": request.POST,
    }
    return render(request, "worklist/queries/answer.html", context, status=refusal.status if refusal else 200)


def _done(request: HttpRequest, link: QueryLink, response: QueryResponse) -> HttpResponse:
    return render(request, "worklist/queries/answered.html", _about(link) | {"response": response})


def _about(link: QueryLink) -> dict[str, Any]:
    """The least by which the provider knows the patient, and the query as it was sent."""
    patient = link.account.patient
    return {
        "facility": link.account.facility,
        "account": link.account,
        "initials": "".join(f"{name[0]}." for name in (patient.given_name, patient.family_name) if name),
        "mrn": patient.mrn,
        "asked": selectors.asked(link.query.sent),
    }


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "worklist/queries/over.html", status=404)
