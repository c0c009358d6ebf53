"""Fields that take exactly their JSON type: no ``"5"`` for 5, no ``true`` for 1, no week for a day."""

import datetime
import re
from decimal import Decimal
from typing import Any, Final

from rest_framework import serializers

from .parsing import LARGEST_NUMBER

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMOUNT: Final = re.compile(r"\A\d{1,7}(\.\d{1,2})?\Z", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,16}", re.ASCII)


class Strict(serializers.Serializer[Any]):
    """What a request says: every field is known, none is left over."""

    def to_internal_value(self, data: Any) -> Any:
        """The values; a field that is not one of these is refused by name."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name[:60]: ["There is no such field."] for name in unknown[:20]})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text only; blanks around it fall away."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("allow_blank"):
            kwargs.setdefault("min_length", 1)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The text; a number is no text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number only, 1 or more unless said otherwise."""

    def __init__(self, *, min_value: int = 1, max_value: int = LARGEST_NUMBER, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        """The number; neither text nor ``true`` is one."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """True or false only."""

    def to_internal_value(self, data: Any) -> bool:
        """The value; no word stands for it."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Day(serializers.DateField):
    """YYYY-MM-DD only."""

    def to_internal_value(self, data: Any) -> datetime.date:
        """The day."""
        if not isinstance(data, str) or _DAY.fullmatch(data) is None:
            self.fail("invalid", format="YYYY-MM-DD")
        day: datetime.date = super().to_internal_value(data)
        return day


class Amount(serializers.RegexField):
    """An amount as text, 0 or more, with at most two decimals: numbers of JSON are not exact."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_AMOUNT.pattern, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The amount."""
        if not isinstance(data, str) or _AMOUNT.search(data) is None:
            self.fail("invalid")
        return Decimal(data)


class AskedWhole(serializers.IntegerField):
    """A whole number in an address: ASCII digits."""

    def __init__(self, *, min_value: int = 1, max_value: int = LARGEST_NUMBER, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not isinstance(data, str) or _WHOLE.fullmatch(data) is None:
            self.fail("invalid")
        return super().to_internal_value(data)


class AskedFlag(serializers.ChoiceField):
    """``true`` or ``false`` in an address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=["true", "false"], **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The value."""
        return bool(super().to_internal_value(data) == "true")
