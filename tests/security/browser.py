"""A browser in which somebody has signed in and proved themselves just now."""

import time

from django.test import Client

from coding_workflow.staff.models import User


def signed_in(user: User, **options: object) -> Client:
    """A client with a session of the person, as sign-in leaves it."""
    client = Client(**options)
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def grow_old(client: Client, seconds: int = 3600) -> None:
    """Let the person's proof of who they are be so old; the session goes on."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - seconds}]
    session.save()
