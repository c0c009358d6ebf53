"""The demo hospital's own rules: files as ``manage.py rules export`` writes them; Ada writes, Zoe publishes."""

from pathlib import Path
from typing import Final

from accounts.models import Facility
from coding_workflow.guidelines import services
from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.staff.models import User

_HERE: Final = Path(__file__).parent
#: One in force, one that only watches, one that is still being written.
_ACTIVE, _SHADOW, _DRAFT = "stroke_scale", "catheterization_report", "long_stay"
_REASON: Final = "Decided by the coding committee."


def make_rules(facility: Facility, ada: User, zoe: User) -> None:
    """Write the three rules and put them where they stand, through the services and by two people."""
    drafts = {key: _draft(key, facility, ada) for key in (_ACTIVE, _SHADOW, _DRAFT)}
    active, shadow = drafts[_ACTIVE], drafts[_SHADOW]
    services.publish_rule(version_id=active.pk, by=zoe, seen=active.seal, reason=_REASON)
    services.start_shadow(version_id=shadow.pk, by=ada, seen=shadow.seal, reason="Watched for a month before it holds.")


def _draft(key: str, facility: Facility, ada: User) -> RuleVersion:
    text = (_HERE / f"{key}.json").read_text(encoding="utf-8")
    return services.import_rule(text=text, facility=facility, by=ada, reason=_REASON)
