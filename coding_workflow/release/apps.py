from django.apps import AppConfig


class ReleaseConfig(AppConfig):
    name = "coding_workflow.release"
    label = "release"
