from django.apps import AppConfig


class CodingConfig(AppConfig):
    name = "coding_workflow.coding"
    label = "coding"
