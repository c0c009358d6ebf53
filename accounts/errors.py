"""The one family of errors that people can cause. Anything else is a defect and is not caught."""


class Refused(Exception):
    """An action that cannot be done now.

    ``code`` is stable and dotted (``release.open_hold``); ``sentence`` is what the person reads, without
    health information; ``fix`` names the place that mends it (``documents``, ``diagnoses``, a hold ...);
    ``status`` is the HTTP status a page answers with.
    """

    status = 422

    def __init__(self, code: str, sentence: str, *, fix: str = "") -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.fix = fix


class NotAllowed(Refused):
    """The person lacks the role, the competence or the facility."""

    status = 403


class Conflict(Refused):
    """Somebody else was first: the account changed, is taken, or has moved on."""

    status = 409
