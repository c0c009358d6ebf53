"""Addresses of this room."""

from django.urls import URLPattern

app_name = "codesets"
urlpatterns: list[URLPattern] = []
