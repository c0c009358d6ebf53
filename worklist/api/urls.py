"""Addresses of the API, version 1."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from . import (
    accounts,
    checks,
    claims,
    codes,
    coding,
    documents,
    evidence,
    holds,
    imports,
    queries,
    releases,
    rules,
    told_codes,
    work,
)
from .converters import Key, RuleId
from .schema_view import Schema

register_converter(Key, "key")
register_converter(RuleId, "rule_id")

app_name = "api"

_QUERY: list[URLPattern | URLResolver] = [
    path("", queries.OneQuery.as_view(), name="query"),
    path("send/", queries.SendQuery.as_view(), name="send_query"),
    path("link/", queries.RenewLink.as_view(), name="link_query"),
    path("answer/", queries.AnswerQuery.as_view(), name="answer_query"),
    path("document/", queries.DocumentQuery.as_view(), name="document_query"),
    path("withdraw/", queries.WithdrawQuery.as_view(), name="withdraw_query"),
    path("close/", queries.CloseQuery.as_view(), name="close_query"),
]
_ACCOUNT: list[URLPattern | URLResolver] = [
    path("", accounts.OneAccount.as_view(), name="account"),
    path("documents/", documents.Documents.as_view(), name="documents"),
    path("documents/<key:row>/", documents.OneDocument.as_view(), name="document"),
    path("documents/<key:row>/versions/<key:number>/", documents.OneVersion.as_view(), name="version"),
    path("codes/", codes.Codes.as_view(), name="codes"),
    path("diagnoses/", coding.Diagnoses.as_view(), name="diagnoses"),
    path("diagnoses/order/", coding.OrderDiagnoses.as_view(), name="order_diagnoses"),
    path("diagnoses/<key:row>/", coding.OneDiagnosis.as_view(), name="diagnosis"),
    path("diagnoses/<key:row>/remove/", coding.RemoveDiagnosis.as_view(), name="remove_diagnosis"),
    path("procedures/", coding.Procedures.as_view(), name="procedures"),
    path("procedures/<key:row>/", coding.OneProcedure.as_view(), name="procedure"),
    path("procedures/<key:row>/remove/", coding.RemoveProcedure.as_view(), name="remove_procedure"),
    path("lines/<key:row>/", coding.OneLine.as_view(), name="line"),
    path("told-codes/", told_codes.Told.as_view(), name="told_codes"),
    path("proposed-codes/", told_codes.Proposed.as_view(), name="proposed_codes"),
    path("proposed-codes/take-over/", told_codes.TakeOver.as_view(), name="take_over_proposed"),
    path("proposed-codes/<key:row>/dismiss/", told_codes.DismissProposed.as_view(), name="dismiss_proposed"),
    path("evidence/", evidence.LinkEvidence.as_view(), name="evidence"),
    path("evidence/<key:row>/remove/", evidence.UnlinkEvidence.as_view(), name="remove_evidence"),
    path("abstract/", evidence.Abstract.as_view(), name="abstract"),
    path("finalize/", evidence.Finalize.as_view(), name="finalize"),
    path("queries/", queries.Queries.as_view(), name="queries"),
    path("queries/<key:row>/", include(_QUERY)),
    path("holds/", holds.Holds.as_view(), name="holds"),
    path("holds/<key:row>/resolve/", holds.ResolveHold.as_view(), name="resolve_hold"),
    path("checks/", checks.Checks.as_view(), name="checks"),
    path("checks/<key:row>/", checks.OneCheck.as_view(), name="check"),
    path("release/", releases.Approve.as_view(), name="approve"),
    path("send-back/", releases.SendBack.as_view(), name="send_back"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", Schema.as_view(), name="schema"),
    path("accounts/", accounts.Accounts.as_view(), name="accounts"),
    path("accounts/search/", accounts.SearchAccounts.as_view(), name="search_accounts"),
    path("accounts/<key:account>/", include(_ACCOUNT)),
    path("queries/", queries.OpenQueries.as_view(), name="open_queries"),
    path("releases/", releases.Releases.as_view(), name="releases"),
    path("releases/<key:release>/", releases.OneRelease.as_view(), name="release"),
    path("releases/<key:release>/certificate/", releases.CertificateOf.as_view(), name="certificate"),
    path("claims/", claims.Claims.as_view(), name="claims"),
    path("claims/<key:claim>/", claims.OneClaim.as_view(), name="claim"),
    path("claims/<key:claim>/submitted/", claims.Submitted.as_view(), name="submitted"),
    path("claims/<key:claim>/accepted/", claims.Accepted.as_view(), name="accepted"),
    path("claims/<key:claim>/rejected/", claims.Rejected.as_view(), name="rejected"),
    path("queues/", work.Queues.as_view(), name="queues"),
    path("work/", work.Work.as_view(), name="work"),
    path("work/mine/", work.MyWork.as_view(), name="my_work"),
    path("work/next/", work.GetNext.as_view(), name="get_next"),
    path("work/<key:work>/", work.OneWork.as_view(), name="one_work"),
    path("work/<key:work>/take/", work.TakeWork.as_view(), name="take_work"),
    path("work/<key:work>/put-back/", work.PutBack.as_view(), name="put_back"),
    path("work/<key:work>/take-over/", work.TakeOver.as_view(), name="take_over"),
    path("rules/", rules.Rules.as_view(), name="rules"),
    path("rules/<rule_id:rule>/", rules.OneRule.as_view(), name="rule"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<key:message>/", imports.OneImport.as_view(), name="import"),
    path("imports/<key:message>/replay/", imports.Replay.as_view(), name="replay_import"),
]
