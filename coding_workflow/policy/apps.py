from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "coding_workflow.policy"
    label = "policy"
