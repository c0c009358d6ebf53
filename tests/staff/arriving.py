"""What tests of both kinds of sign-on ask."""

from django.test import Client

from coding_workflow.staff.models import SignInRecord

#: A page that takes a proof of the last minutes.
PROVEN = "/staff/people/add/"


def is_in(client: Client) -> bool:
    """Whether the browser is signed in."""
    return client.get("/staff/me/").status_code == 200


def outcomes() -> list[str]:
    """How each sign-in ended, oldest first."""
    return list(SignInRecord.objects.order_by("pk").values_list("outcome", flat=True))
