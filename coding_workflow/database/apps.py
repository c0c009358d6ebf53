from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Roles, grants and provisioning; the lowest room of floor 2."""

    name = "coding_workflow.database"
    label = "database"
