from django.apps import AppConfig


class GuidelinesConfig(AppConfig):
    name = "coding_workflow.guidelines"
    label = "guidelines"
