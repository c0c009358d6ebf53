"""What the page of mail shows: settings, addresses of the providers that are asked, and what became of messages."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Facility, Provider
from coding_workflow.coding.models import ProviderQuery, QueryStatus, SentQuery
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

from .models import QueryMail, QueryMailSetting

MOST_PROVIDERS: Final = 200
MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One provider: where they are reminded, and whether a query waits for them."""

    pk: int
    name: str
    email: str
    waits: bool

    @property
    def key(self) -> str:
        """Its number as text."""
        return str(self.pk)


def setting_of(facility: Facility) -> QueryMailSetting | None:
    """What the facility has set; None where nobody has."""
    return QueryMailSetting.objects.filter(facility=facility).select_related("changed_by").first()


def providers(facility: Facility) -> list[ProviderLine]:
    """Who was ever asked or has an address, those for whom a query waits first. One query."""
    waits = ProviderQuery.objects.filter(provider=OuterRef("pk"), facility=facility, status=QueryStatus.SENT)
    asked = SentQuery.objects.filter(provider=OuterRef("pk"))
    rows = Provider.objects.filter(facility=facility).select_related("query_email")
    rows = rows.annotate(waits=Exists(waits), asked=Exists(asked)).filter(Q(asked=True) | Q(query_email__isnull=False))
    ordered = rows.order_by("-waits", "family_name", "given_name", "pk")[:MOST_PROVIDERS]
    return [ProviderLine(row.pk, str(row), _email(row), row.waits) for row in ordered]


def _email(row: Provider) -> str:
    kept = getattr(row, "query_email", None)
    return kept.email if kept else ""


def latest(facility: Facility, user: User) -> "QuerySet[QueryMail]":
    """The newest messages of a facility; those of restricted accounts only where opened."""
    rows = visible(QueryMail.objects.filter(facility=facility), user)
    return rows.select_related("account", "query").defer("query__text").order_by("-pk")[:MOST_SHOWN]
