"""Addresses of the rule lab; part of worklist's own."""

from django.urls import URLPattern, path

from . import acting, backtests, editor, lists, making, one

urlpatterns: list[URLPattern] = [
    path("", lists.rules, name="rules"),
    path("new/", making.new_rule, name="new_rule"),
    path("import/", making.import_rule, name="import_rule"),
    path("<int:pk>/", one.rule, name="rule"),
    path("<int:pk>/edit/", editor.edit_rule, name="edit_rule"),
    path("versions/<int:pk>/shadow/", acting.shadow, name="shadow_rule"),
    path("versions/<int:pk>/publish/", acting.publish, name="publish_rule"),
    path("versions/<int:pk>/retire/", acting.retire, name="retire_rule"),
    path("versions/<int:pk>/roll-back/", acting.roll_back, name="roll_back_rule"),
    path("versions/<int:pk>/backtest/", backtests.start, name="start_backtest"),
    path("backtests/<int:pk>/", backtests.backtest, name="backtest"),
    path("backtests/<int:pk>/stop/", backtests.stop, name="stop_backtest"),
    path("versions/<int:pk>/file/", acting.file, name="rule_file"),
]
