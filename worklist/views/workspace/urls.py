"""Addresses of the account page and its actions; part of worklist's own."""

from django.urls import URLPattern, path

from . import claim_codes, codes, draft, foot, gate, page, proposal, record, suggestions

urlpatterns: list[URLPattern] = [
    path("", page.account, name="account"),
    path("draft/", draft.keep, name="keep_typed"),
    path("find/", record.find, name="find"),
    path("evidence/", record.link, name="link_evidence"),
    path("evidence/<int:row>/", record.change_evidence, name="change_evidence"),
    path("deficiency/", record.find_wanting, name="find_wanting"),
    path("deficiency/<int:row>/", record.withdraw_wanting, name="withdraw_wanting"),
    path("diagnoses/", codes.add_diagnosis, name="add_diagnosis"),
    path("diagnoses/order/", codes.order_diagnoses, name="order_diagnoses"),
    path("diagnoses/<int:row>/", codes.change_diagnosis, name="change_diagnosis"),
    path("procedures/", codes.add_procedure, name="add_procedure"),
    path("procedures/<int:row>/", codes.change_procedure, name="change_procedure"),
    path("lines/<int:row>/", codes.point_line, name="point_line"),
    path("proposed/", proposal.take_over_all, name="take_over_all"),
    path("proposed/<int:row>/", proposal.settle, name="settle_proposed"),
    path("suggestions/<int:row>/", suggestions.settle, name="settle_suggestion"),
    path("abstract/", gate.abstract, name="abstract"),
    path("claim-codes/", claim_codes.enter, name="enter_claim_code"),
    path("claim-codes/<int:row>/", claim_codes.change, name="change_claim_code"),
    path("holds/", gate.hold, name="place_hold"),
    path("holds/<int:row>/", gate.resolve, name="resolve_hold"),
    path("override/", gate.override, name="override"),
    path("override/<int:row>/agree/", gate.agree, name="agree_to_override"),
    path("take/", foot.take, name="take_work"),
    path("finalize/", foot.finalize, name="finalize"),
]
