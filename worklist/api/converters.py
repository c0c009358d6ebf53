"""What may stand in an address of the API."""


class RuleId:
    """The id of a rule: lower-case words, digits, points and dashes."""

    regex = r"[a-z0-9][a-z0-9_.-]{0,79}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


class Key:
    """A row's key: ASCII digits, without a zero before them, as many as a key may have. Anything else is no address."""

    regex = r"[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """In digits."""
        return str(value)
