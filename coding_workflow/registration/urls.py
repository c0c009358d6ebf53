"""Addresses of this room."""

from django.urls import URLPattern, path

from .views import bench, feeds

app_name = "registration"
urlpatterns: list[URLPattern] = [
    path("", feeds.feeds, name="feeds"),
    path("new/", feeds.new_feed, name="new_feed"),
    path("<int:pk>/", feeds.feed, name="feed"),
    path("<int:pk>/edit/", feeds.edit_feed, name="edit_feed"),
    path("<int:pk>/bench/", bench.bench, name="bench"),
    path("<int:pk>/routes/", feeds.add_route, name="add_route"),
    path("<int:pk>/routes/<int:row>/remove/", feeds.remove_route, name="remove_route"),
    path("<int:pk>/maps/", feeds.put_map, name="put_map"),
    path("<int:pk>/maps/<int:row>/remove/", feeds.remove_map, name="remove_map"),
]
