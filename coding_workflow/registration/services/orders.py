"""Orders of the feed, each element by its newest message."""

from typing import Any

from accounts.models import Account, Order
from accounts.services.orders import receive_order
from coding_workflow.registration.facts import OrderFacts
from coding_workflow.registration.models import RecordKind

from . import people, told
from .source import Source, fitting


def receive(account: Account, facts: OrderFacts, source: Source) -> Order:
    """Add or update an order of a locked account. Raises what ``receive_order`` raises."""
    number = fitting(facts.source_id, Order, "source_id", "ORC", 2)
    news = told.about_record(RecordKind.ORDER, number, source)
    values: dict[str, Any] = {}
    if facts.status is not None and news.fresh("status"):
        values["status"] = facts.status
    if facts.codes and news.fresh("ordered"):
        values |= _what(facts, source)
    if facts.ordered is not None and news.fresh("ordered_at"):
        values["ordered_at"] = facts.ordered.instant(source.zone)
    if facts.ordered_by is not None and news.fresh("ordered_by"):
        values["ordered_by"] = people.provider_for(facts.ordered_by, source, "ORC", 12)
    if facts.authenticated is not None and news.fresh("authenticated"):
        values["authenticated"] = facts.authenticated
    news.keep()
    return receive_order(account=account, source_id=number, by=source.by, **values)


def _what(facts: OrderFacts, source: Source) -> dict[str, Any]:
    return {
        "kind": source.codes.order_kind(facts.codes),
        "code": fitting(facts.codes[0], Order, "code", "OBR", 4),
        "description": facts.description[:120],
    }
