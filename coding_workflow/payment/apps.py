from django.apps import AppConfig


class PaymentConfig(AppConfig):
    name = "coding_workflow.payment"
    label = "payment"
