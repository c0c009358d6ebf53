"""Addresses of the people's pages."""

from django.urls import URLPattern, path

from .views import my_work

app_name = "worklist"
urlpatterns: list[URLPattern] = [
    path("", my_work.my_work, name="my_work"),
    path("next/", my_work.get_next, name="get_next"),
    path("work/<int:pk>/put-back/", my_work.give_back, name="put_back"),
]
