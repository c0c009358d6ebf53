"""The lines of a list. Fifty of them are half of the page, and a template of a line took ten times as long as this."""

from collections.abc import Iterable
from html import escape
from typing import Final

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from worklist.selectors.lines import Line

register = template.Library()

_TICK: Final = '<input type="checkbox" class="tick" name="item" value="%s" form="assign" aria-label="Assign %s"> '
_ACCOUNT: Final = '<td>%s<a class="code" href="%s">%s</a></td><td title="%s">%s</td>'
_CLASS: Final = "<td>%s</td>"
_SERVICE: Final = '%s <span class="soft small">%s</span>'
_DISCHARGED: Final = '<td class="nowrap"><time datetime="%s">%s</time> <span class="soft small">%s d</span></td>'
_IN_HOUSE: Final = '<td class="nowrap"><span class="soft">In house</span></td>'
_PAYER: Final = '<td>%s</td><td class="num">%s</td>'
_WHY: Final = '<td title="%s">%s%s%s</td>'
_HOLD: Final = '<span class="chip hold" title="%s">%s</span> '
_MORE: Final = '<span class="chip" title="%s">+%s</span> '
_LINK: Final = '<a class="why" href="%s">%s</a>'
_YOU: Final = '<span class="chip mine">You%s</span>'
_HOLDER: Final = '<span class="chip">%s</span>'
_UNTIL: Final = ' <span class="soft small">to %s</span>'
_FOR: Final = '<span class="soft small">for %s</span>'
_TAKE_OVER: Final = ' <a class="small" href="%s">Take over<span class="sr-only"> %s</span></a>'


@register.simple_tag
def lines(rows: Iterable[Line], who_has: bool, may_assign: bool) -> SafeString:
    """The rows of a table, one for each line. Every word of theirs is escaped here.

    ``may_assign`` adds a box to tick and the way to take over; without ``who_has`` the last column is left out.
    """
    take_over = reverse("worklist:take_over", args=[0])
    return mark_safe("\n".join([_line(row, who_has, may_assign, take_over) for row in rows]))  # noqa: S308 - escaped below


def _line(row: Line, who_has: bool, may_assign: bool, take_over: str) -> str:
    number, patient = escape(row.number), escape(row.patient)
    tick = _TICK % (row.item, number) if may_assign and row.item else ""
    return "".join(
        [
            '<tr class="selected">' if row.mine else "<tr>",
            _ACCOUNT % (tick, escape(row.url), number, patient, patient),
            _CLASS % (_SERVICE % (escape(row.patient_class), escape(row.service)) if row.service else escape(row.patient_class)),
            _DISCHARGED % (row.day, row.day_words, row.age_days) if row.day else _IN_HOUSE,
            _PAYER % (escape(row.payer), row.charges),
            _why(row),
            f"<td>{_who(row, number, take_over if may_assign else '')}</td>" if who_has else "",
            "</tr>",
        ]
    )


def _why(row: Line) -> str:
    hold = _HOLD % (escape(row.chip.sentence), escape(row.chip.words)) if row.chip else ""
    more = _MORE % (escape(row.more_words), row.more) if row.more > 0 else ""
    why = _LINK % (escape(row.why_url), escape(row.why)) if row.item else escape(row.why)
    return _WHY % (escape(row.reasons), hold, more, why)


def _who(row: Line, number: str, take_over: str) -> str:
    if row.mine:
        return _YOU % (f" until {row.until}" if row.until else "")
    if row.holder:
        until = _UNTIL % row.until if row.until else ""
        return (
            _HOLDER % escape(row.holder)
            + until
            + (_TAKE_OVER % (take_over.replace("/0/", f"/{row.item}/"), number) if take_over else "")
        )
    return _FOR % escape(row.returned_to) if row.returned_to else ""
