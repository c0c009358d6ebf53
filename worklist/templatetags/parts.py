"""Parts of a page that are sent again only when they changed.

A part is a template whose outermost tag carries ``id="..." data-part``. The page marks it with a fingerprint of its
content; htmx sends the fingerprints along (``X-Parts``), and an answer holds the parts that differ, each finding its own
place. What did not change is not touched: focus, scroll and typed words stay in it.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_FIRST: Final = re.compile(r'id="([^"]+)" data-part')
#: What only a page has: a fragment's forms are sent by htmx, with a header and the open document.
_PAGE_ONLY: Final = re.compile(
    r'<input type="hidden" name="(?:csrfmiddlewaretoken|document)" value="[^"]*">|<noscript>.*?</noscript>'
)
_SEEN: Final = re.compile(r"([A-Za-z0-9_-]{1,40})=([0-9a-f]{12})")
_LONGEST_HEADER: Final = 16_000


@dataclass
class Sending:
    """One answer: as a page, or to a browser that has parts already (``seen``: id to fingerprint).

    ``said`` is the id of the place where a refusal is read; its part is sent whether or not it changed.
    """

    swap: bool = False
    seen: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    rows: str = "whole"
    loose: list[str] = field(default_factory=list)

    def stands(self, name: str, html: str, mark: str) -> bool:
        """Whether the browser has exactly this and need not be told again."""
        told = bool(self.said) and f'id="{self.said}"' in html
        return self.swap and not told and self.seen.get(name) == mark

    @contextmanager
    def with_rows(self, how: str) -> Iterator[None]:
        """Rows drawn ``whole``, as ``stub``, ``lean`` (a stub where the row stands) or ``loose`` (collected apart)."""
        before, self.rows = self.rows, how
        try:
            yield
        finally:
            self.rows = before


def seen_parts(header: str) -> dict[str, str]:
    """The fingerprints that a browser sends: ``head=0a1b2c3d4e5f,gate=...``; anything else in it counts for nothing."""
    return dict(_SEEN.findall(header[:_LONGEST_HEADER]))


@register.simple_tag(takes_context=True)
def part(context: Context, template_name: str) -> SafeString:
    """Draw a part: always on a page, in a fragment when it differs from what the browser has."""
    sending: Sending = context["sending"]
    html = _drawn(context, template_name)
    name, mark = _name(html), _fingerprint(html)
    return mark_safe("" if sending.stands(name, html, mark) else _marked(html, mark, sending))  # noqa: S308 - a template's own output


@register.simple_tag(takes_context=True)
def part_of_rows(context: Context, template_name: str) -> SafeString:
    """The same for a part with ``{% row %}`` in it: while the same rows stand in the same order, only changed ones are sent."""
    sending: Sending = context["sending"]
    with sending.with_rows("stub"):
        outline = _drawn(context, template_name)
    name, mark = _name(outline), _fingerprint(outline)
    if not sending.stands(name, outline, mark):
        with sending.with_rows("lean" if sending.swap else "whole"):
            return mark_safe(_marked(_drawn(context, template_name), mark, sending))  # noqa: S308 - a template's own output
    sending.loose.clear()
    with sending.with_rows("loose"):
        _drawn(context, template_name)
    return mark_safe("".join(sending.loose))  # noqa: S308 - a template's own output


@register.simple_tag(takes_context=True)
def row(context: Context, template_name: str) -> SafeString:
    """One row of a part of rows; itself a part."""
    sending: Sending = context["sending"]
    html = _drawn(context, template_name)
    name, mark = _name(html), _fingerprint(html)
    if sending.rows == "stub" or (sending.rows == "lean" and sending.stands(name, html, mark)):
        return format_html('<li id="{}" hx-preserve></li>', name)
    if sending.rows != "loose":
        return mark_safe(_FIRST.sub(rf'id="\1" data-print="{mark}"', html, count=1))  # noqa: S308 - a template's own output
    if not sending.stands(name, html, mark):
        sending.loose.append(_marked(html, mark, sending))
    return mark_safe("")


@register.simple_tag(takes_context=True)
def page_fields(context: Context) -> SafeString:
    """What a form needs without scripts: the token, and the document that is open."""
    if context["sending"].swap:
        return mark_safe("")
    reading = context["record"].reading
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="document" value="{}">',
        context["csrf_token"],
        reading.version.document_id if reading else "",
    )


def _drawn(context: Context, template_name: str) -> str:
    # As {% include %} does it.
    engine: Any = context.template.engine  # type: ignore[union-attr]
    with context.push():
        return str(engine.get_template(template_name).render(context)).strip()


def _name(html: str) -> str:
    found = _FIRST.search(html)
    if found is None:
        raise template.TemplateSyntaxError('The outermost tag of a part carries id="..." data-part.')
    return found.group(1)


def _fingerprint(html: str) -> str:
    return hashlib.blake2s(_PAGE_ONLY.sub("", html).encode(), digest_size=6).hexdigest()


def _marked(html: str, mark: str, sending: Sending) -> str:
    place = ' hx-swap-oob="true"' if sending.swap else ""
    return _FIRST.sub(rf'id="\1" data-print="{mark}"{place}', html, count=1)
