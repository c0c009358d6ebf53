"""Addresses of going live."""

from django.urls import URLPattern, path

from . import pages, paper

urlpatterns: list[URLPattern] = [
    path("", pages.golive, name="golive"),
    path("<int:pk>/", pages.golive, name="golive_at"),
    path("<int:pk>/compare/", pages.compare, name="golive_compare"),
    path("<int:pk>/explain/", pages.explain, name="golive_explain"),
    path("<int:pk>/observed/", pages.observed, name="golive_observed"),
    path("<int:pk>/billed-outside/", pages.billed_outside, name="golive_billed_outside"),
    path("<int:pk>/downtime/", paper.downtime, name="downtime"),
]
