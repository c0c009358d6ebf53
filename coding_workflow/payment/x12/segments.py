"""Segments and composites: the only place where elements are joined into structure."""

from .values import COMPONENT, ELEMENT, TERMINATOR, is_plain


def segment(*elements: str) -> str:
    """One segment, trailing empty elements dropped.

    The last wall: an element that is not plain text is a defect of this module, and nothing is written.
    """
    if not all(is_plain(part) for element in elements for part in element.split(COMPONENT)):
        raise ValueError(f"segment {elements[0]} holds a character that is not plain")
    return ELEMENT.join(elements).rstrip(ELEMENT) + TERMINATOR


def composite(*parts: str) -> str:
    """One composite element, trailing empty parts dropped. Parts come from ``Values`` and hold no delimiter."""
    return COMPONENT.join(parts).rstrip(COMPONENT)
