from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "coding_workflow.registration"
    label = "registration"
