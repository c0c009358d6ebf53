"""Code tables for tests that judge: the standard ones, loaded once per worker."""

import datetime

from accounts.actors import Actor
from coding_workflow.codesets.services import load_standard
from coding_workflow.policy.models import PolicyVersion
from coding_workflow.policy.rules import Downstream, FacilityPolicy
from coding_workflow.policy.standard import STANDARD
from tests.cast import Cast


def load_code_tables() -> None:
    """ICD-10-CM and ICD-10-PCS from the installed packages, as a new installation has them."""
    load_standard(by=Actor.system("codes.load"))


def trusting(*tables: str) -> FacilityPolicy:
    """The standard policy with the tables that no open package carries declared validated downstream."""
    named = tables or ("POA-EXEMPT", "CPT", "HCPCS", "HCPCS-MODIFIER", "NCCI-PTP", "MUE")
    reason, expires = "The clearinghouse's scrubber checks it.", datetime.date(2027, 1, 1)
    return STANDARD.with_downstream(*(Downstream(table, "ada", reason, expires) for table in named))


def publish(cast: Cast, policy: FacilityPolicy) -> None:
    """Put a policy in force at MAIN, written and published by two people."""
    PolicyVersion.objects.create(
        facility=cast.main,
        number=PolicyVersion.objects.count() + 1,
        document=policy.to_json(),
        hash=policy.hash,
        effective_from=datetime.date(2026, 5, 1),
        written_by=cast.ada,
        published_by=cast.cora,
    )


def trust_downstream(cast: Cast, *tables: str) -> None:
    """Publish ``trusting``."""
    publish(cast, trusting(*tables))
