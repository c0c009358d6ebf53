"""Addresses of the process and its policy; part of worklist's own. Keys are of the facility."""

from django.urls import URLPattern, path

from . import chart, editing, publishing, sample, text

urlpatterns: list[URLPattern] = [
    path("", chart.process, name="process"),
    path("<int:pk>/accounts/", chart.process_accounts, name="process_accounts"),
    path("<int:pk>/sample/", sample.policy_sample, name="policy_sample"),
    path("<int:pk>/sample/look/", sample.look_at_sample, name="look_at_sample"),
    path("<int:pk>/text/", text.policy_text, name="policy_text"),
    path("<int:pk>/text/file/", text.policy_text_file, name="policy_text_file"),
    path("<int:pk>/versions/", text.policy_versions, name="policy_versions"),
    path("<int:pk>/versions/take-up/", text.take_up_policy, name="take_up_policy"),
    path("<int:pk>/versions/file/", text.policy_file, name="policy_file"),
    path("<int:pk>/edit/", editing.edit_policy, name="edit_policy"),
    path("<int:pk>/edit/order/", editing.order_policy, name="order_policy"),
    path("<int:pk>/edit/throw-away/", editing.throw_policy, name="throw_policy"),
    path("<int:pk>/edit/import/", publishing.import_policy, name="import_policy"),
    path("<int:pk>/edit/<slug:part>/", editing.edit_policy_part, name="edit_policy_part"),
    path("<int:pk>/preview/", publishing.preview_policy, name="preview_policy"),
    path("<int:pk>/propose/", publishing.propose_policy, name="propose_policy"),
    path("<int:pk>/proposal/", publishing.policy_proposal, name="policy_proposal"),
    path("<int:pk>/proposal/publish/", publishing.publish_policy, name="publish_policy"),
    path("<int:pk>/proposal/return/", publishing.return_policy, name="return_policy"),
]
