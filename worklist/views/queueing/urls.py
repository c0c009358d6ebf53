"""Addresses of the queues' configuration; part of worklist's own. Keys are of the facility unless they say otherwise."""

from django.urls import URLPattern, path

from . import account, editing, lists, people, publishing

urlpatterns: list[URLPattern] = [
    path("queues/", lists.queues, name="queues"),
    path("queues/<int:pk>/edit/", editing.edit_queue, name="edit_queue"),
    path("queues/<int:pk>/order/", lists.order_queues, name="order_queues"),
    path("queues/<int:pk>/weights/", editing.queue_weights, name="queue_weights"),
    path("queues/<int:pk>/preview/", publishing.preview_queues, name="preview_queues"),
    path("queues/<int:pk>/propose/", publishing.propose_queues, name="propose_queues"),
    path("queues/<int:pk>/proposal/", publishing.queue_proposal, name="queue_proposal"),
    path("queues/<int:pk>/publish/", publishing.publish_queues, name="publish_queues"),
    path("queues/<int:pk>/return/", publishing.return_queues, name="return_queues"),
    path("queues/<int:pk>/throw-away/", lists.throw_queues, name="throw_queues"),
    path("queues/<int:pk>/history/", lists.queue_history, name="queue_history"),
    path("queues/<int:pk>/roll-back/", lists.roll_back_queues, name="roll_back_queues"),
    path("people-at-work/", people.people, name="people_at_work"),
    path("people-at-work/<int:pk>/next-only/", people.next_only, name="next_only"),
    path("work/assign/", people.assign, name="assign"),
    path("work/assignments/<int:pk>/undo/", people.undo_assignment, name="undo_assignment"),
    path("work/<int:pk>/take-over/", people.take_over, name="take_over"),
    path("account/<int:pk>/why-here/", account.why_here, name="why_here"),
    path("account/<int:pk>/here/", account.here, name="here"),
]
