"""Sign-in addresses."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
