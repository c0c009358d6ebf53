"""Addresses of this room."""

from django.urls import URLPattern, path

from . import views

app_name = "payment"
urlpatterns: list[URLPattern] = [path("files/<int:pk>/", views.claim_file, name="claim_file")]
