from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "coding_workflow.review"
    label = "review"
