"""Addresses of this room."""

from django.urls import URLPattern, path

from . import table_views, views

app_name = "codesets"
urlpatterns: list[URLPattern] = [
    path("search/", views.search_codes, name="search"),
    path("tables/", table_views.tables, name="tables"),
    path("tables/add/", table_views.add_table, name="add_table"),
    path("tables/uploads/<int:pk>/", table_views.upload, name="upload"),
    path("tables/uploads/<int:pk>/load/", table_views.load_upload, name="load_upload"),
    path("tables/uploads/<int:pk>/discard/", table_views.discard_upload, name="discard_upload"),
    path("tables/uploads/<int:pk>/files/", table_views.replace_files, name="replace_files"),
]
