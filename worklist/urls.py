"""Addresses of the people's pages."""

from django.urls import URLPattern, URLResolver, include, path

from .views import board, csv_files, earlier, go, history, imports, my_work, parked, timing
from .views.claims import cases, lists, one, remittances
from .views.queries import answer, composer, overview, query

app_name = "worklist"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", my_work.my_work, name="my_work"),
    path("next/", my_work.get_next, name="get_next"),
    path("work/<int:pk>/put-back/", my_work.give_back, name="put_back"),
    path("go/", go.go, name="go"),
    path("board/", board.board, name="board"),
    path("board/approve/", board.approve, name="approve"),
    path("board/<int:pk>/send-back/", board.send_back, name="send_back"),
    path("claims/", lists.claims, name="claims"),
    path("claims/<int:pk>/", one.claim, name="claim"),
    path("claims/<int:pk>/submitted/", one.submitted, name="submitted"),
    path("claims/<int:pk>/accepted/", one.accepted, name="accepted"),
    path("claims/<int:pk>/rejected/", one.rejected, name="rejected"),
    path("claims/<int:pk>/discrepancy/", one.discrepancy, name="discrepancy"),
    path("claims/releases/<int:pk>/again/", lists.again, name="claim_again"),
    path("claims/remittance/", remittances.post_remittance, name="post_remittance"),
    path("claims/remittances/<int:pk>/", remittances.remittance, name="remittance"),
    path("claims/cases/<int:pk>/", cases.case, name="case"),
    path("claims/cases/<int:pk>/correction/", cases.correction, name="correction"),
    path("claims/cases/<int:pk>/close/", cases.close, name="close_case"),
    path("imports/", imports.imports, name="imports"),
    path("imports/csv/", csv_files.csv_files, name="csv_files"),
    path("imports/csv/template.csv", csv_files.template, name="csv_template"),
    path("imports/<int:pk>/", imports.message, name="import"),
    path("imports/<int:pk>/again/", imports.again, name="import_again"),
    path("imports/<int:pk>/correct/", imports.correct, name="import_correct"),
    path("imports/<int:pk>/set-aside/", imports.set_aside, name="import_set_aside"),
    path("parked/", parked.parked, name="parked"),
    path("parked/<int:pk>/again/", parked.again, name="parked_again"),
    path("rules/", include("worklist.views.lab.urls")),
    path("time/", timing.mine, name="my_time"),
    path("time/<int:pk>/", timing.record, name="record_time"),
    path("time/team/", timing.team, name="team_time"),
    path("time/team.csv", timing.team_file, name="team_time_file"),
    path("certificates/<int:pk>/", history.certificate, name="certificate"),
    path("", include("worklist.views.queueing.urls")),
    path("queries/", overview.queries, name="queries"),
    path("answer/<str:token>/", answer.answer, name="answer"),
    path("account/<int:pk>/queries/new/", composer.new, name="new_query"),
    path("account/<int:pk>/queries/<int:row>/edit/", composer.edit, name="edit_query"),
    path("account/<int:pk>/queries/<int:row>/", query.query, name="query"),
    path("account/<int:pk>/queries/<int:row>/change/", query.change, name="change_query"),
    path("account/<int:pk>/earlier/", earlier.earlier, name="earlier"),
    path("account/<int:pk>/earlier/take-over/", earlier.take_over, name="take_over_codes"),
    path("account/<int:pk>/history/", history.history, name="history"),
    path("account/<int:pk>/", include("worklist.views.workspace.urls")),
]
