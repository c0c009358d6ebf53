"""Addresses of the people's pages."""

from django.urls import URLPattern, URLResolver, include, path

from .views import board, claims, history, my_work

app_name = "worklist"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", my_work.my_work, name="my_work"),
    path("next/", my_work.get_next, name="get_next"),
    path("work/<int:pk>/put-back/", my_work.give_back, name="put_back"),
    path("board/", board.board, name="board"),
    path("board/approve/", board.approve, name="approve"),
    path("board/<int:pk>/send-back/", board.send_back, name="send_back"),
    path("claims/", claims.claims, name="claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/submitted/", claims.submitted, name="submitted"),
    path("claims/<int:pk>/accepted/", claims.accepted, name="accepted"),
    path("claims/<int:pk>/rejected/", claims.rejected, name="rejected"),
    path("claims/<int:pk>/discrepancy/", claims.discrepancy, name="discrepancy"),
    path("claims/remittance/", claims.remittance, name="remittance"),
    path("claims/cases/<int:pk>/correction/", claims.correction, name="correction"),
    path("account/<int:pk>/history/", history.history, name="history"),
    path("account/<int:pk>/", include("worklist.views.workspace.urls")),
]
