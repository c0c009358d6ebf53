"""Addresses of this room."""

from django.urls import URLPattern, path

from . import views

app_name = "codesets"
urlpatterns: list[URLPattern] = [
    path("search/", views.search_codes, name="search"),
]
