"""``{% lucide %}`` of the pages: each icon is drawn once for a process, then kept as text.

The package copies and serialises the icon's tree at every call: a dozen icons took a tenth of a page.
"""

import functools

import lucide as package
from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: More than all icons, sizes and attributes that the templates name.
_KEPT = 512


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> SafeString:
    """An inline SVG; raises ``lucide.IconDoesNotExist`` for a name that is none."""
    return _drawn(str(name), size, tuple(sorted((key, str(value)) for key, value in attributes.items())))


@functools.lru_cache(maxsize=_KEPT)
def _drawn(name: str, size: int | None, attributes: tuple[tuple[str, str], ...]) -> SafeString:
    # The text of a template's own tag: a plain str, or the package escapes nothing of it.
    plain = {key: value + "" for key, value in attributes}
    return mark_safe(package._render_icon(name + "", size, **plain))  # noqa: S308 - the package's own drawing
