"""The application's addresses and those of the null views."""

from django.urls import URLPattern, URLResolver, include, path

from . import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("bench/null/", views.null),
    path("bench/signed-in/", views.signed_in),
    path("", include("coding_workflow.urls")),
]
