"""What a case derives once, when the first rule asks. Pure."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Answer = TypeVar("Answer", covariant=True)


class derived(Generic[Answer]):
    """As ``functools.cached_property``, which until Python 3.12 takes a lock at each first look: a twentieth of an evaluation.

    A case belongs to one evaluation in one thread, so nothing needs that lock.
    """

    def __init__(self, derive: Callable[[Any], Answer]) -> None:
        self._derive = derive
        self.__doc__ = derive.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, case: None, owner: type | None = None) -> "derived[Answer]": ...

    @overload
    def __get__(self, case: object, owner: type | None = None) -> Answer: ...

    def __get__(self, case: object | None, owner: type | None = None) -> "derived[Answer] | Answer":
        if case is None:
            return self
        answer = case.__dict__[self._name] = self._derive(case)
        return answer
