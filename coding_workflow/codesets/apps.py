from django.apps import AppConfig


class CodesetsConfig(AppConfig):
    name = "coding_workflow.codesets"
    label = "codesets"
