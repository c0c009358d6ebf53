"""The one typed request of the API."""

from rest_framework.request import Request

from coding_workflow.staff.models import ApiToken, User


class ApiRequest(Request):
    """A request inside a handler: somebody is signed in, by a token or by a session (``auth`` is None)."""

    user: User
    auth: ApiToken | None
