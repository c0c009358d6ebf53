"""The state that every order of arrival must end in: what a coder and the gate see, without numbers and times of arrival."""

import hashlib
import json
from typing import Any

from accounts.models import Account, ChargeLine, Document, Encounter, Hold, Patient, WorkItem
from coding_workflow.coding.models import ProposedCode
from coding_workflow.registration.models import InboundMessage


def state() -> dict[str, Any]:
    """Patients, accounts with coverage, encounters, documents in their newest version, standing charges, open work."""
    return {
        "patients": list(Patient.objects.order_by("mrn").values_list("mrn", "family_name", "given_name", "birth_date", "sex")),
        "accounts": [_account(account) for account in Account.objects.order_by("number")],
        "encounters": list(
            Encounter.objects.order_by("visit_number").values_list(
                "visit_number", "patient_class", "started_at", "ended_at", "location"
            )
        ),
    }  # fmt: skip


def _account(account: Account) -> list[Any]:
    plain = (
        "number", "step", "patient_class", "service", "admit_date", "discharge_date", "discharge_status", "admission_type",
        "point_of_origin", "type_of_bill", "statement_from", "statement_through", "total_charges",
    )  # fmt: skip
    newest = [
        (each.source_id, each.type, each.current) for each in Document.objects.filter(account=account).order_by("source_id")
    ]
    charges = ChargeLine.objects.filter(account=account, voided_at__isnull=True)
    return [
        *(getattr(account, name) for name in plain),
        str(account.attending),
        list(account.coverages.order_by("rank").values_list("rank", "payer__code", "member_id")),
        [(number, kind, one and (one.text, one.status, one.author_role, str(one.author))) for number, kind, one in newest],
        sorted(charges.values_list("revenue_code", "hcpcs", "amount", "service_date")),
        sorted(WorkItem.objects.filter(account=account, closed_at__isnull=True).values_list("kind", "coding_type")),
        list(
            ProposedCode.objects.filter(account=account, state="open").order_by("position").values_list("source", "kind", "code")
        ),
        sorted(Hold.objects.filter(account=account, resolved_at__isnull=True).values_list("key", "message", "owner_role")),
    ]


def state_hash() -> str:
    """The state as one word, with what became of every message."""
    messages = sorted(InboundMessage.objects.values_list("type", "control_id", "sha256", "status", "code"))
    return hashlib.sha256(json.dumps([state(), messages], default=str, sort_keys=True).encode()).hexdigest()
