from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "coding_workflow.staff"
    label = "staff"
