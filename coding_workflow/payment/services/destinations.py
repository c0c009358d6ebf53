"""Which patient accounting system a facility's final codes go to."""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.locking import one_at_a_time
from accounts.models import Facility
from coding_workflow.payment.host.message import MESSAGES
from coding_workflow.payment.models import Carrier, Destination
from coding_workflow.staff.models import Role

from .rights import require


@transaction.atomic
def choose_destination(
    *,
    facility: Facility,
    name: str,
    carrier: str,
    address: str,
    by: Actor,
    tls: bool = False,
    message: str = MESSAGES[0],
    receiving_application: str = "",
    receiving_facility: str = "",
) -> Destination:
    """Send the facility's final codes there from now on; what is on its way already still goes to the one before.

    Raises NotAllowed ``payment.role``; Refused ``destination.name``, ``destination.carrier``, ``destination.message`` or
    ``destination.address`` for what the installation does not allow (``FINAL_CODES_HOSTS``, ``FINAL_CODES_FOLDER``).
    """
    require(Role.ADMINISTRATOR, by=by, facility_id=facility.pk)
    _check(name, carrier, address, message)
    one_at_a_time(f"payment.destination:{facility.pk}")
    before = Destination.objects.select_for_update().filter(facility=facility, active=True).first()
    if before is not None:
        before.active = False
        before.save(update_fields=["active"])
    return Destination.objects.create(
        facility=facility,
        name=name.strip(),
        carrier=carrier,
        address=address.strip(),
        tls=tls and carrier == Carrier.MLLP,
        message=message,
        receiving_application=receiving_application.strip(),
        receiving_facility=receiving_facility.strip(),
        made_by_id=by.user_id,
    )


def _check(name: str, carrier: str, address: str, message: str) -> None:
    if not name.strip() or len(name.strip()) > 60:
        raise Refused("destination.name", "Give the patient accounting system a name of at most 60 characters.")
    if carrier not in Carrier.values:
        raise Refused("destination.carrier", "Choose how it is reached.")
    if message not in MESSAGES:
        raise Refused("destination.message", f"Choose one of {', '.join(MESSAGES)}.")
    if carrier == Carrier.MLLP and address.strip() not in settings.FINAL_CODES_HOSTS:
        raise Refused(
            "destination.address",
            "This installation sends no final codes there; its operator names host and port in FINAL_CODES_HOSTS.",
        )
    if carrier != Carrier.MLLP and folder_of(address) is None:
        raise Refused(
            "destination.address",
            "There is no such folder below the one that this installation allows for final codes (FINAL_CODES_FOLDER).",
        )


def folder_of(address: str) -> Path | None:
    """The folder of that name below ``FINAL_CODES_FOLDER``; None for a name that is no plain folder there."""
    base, name = settings.FINAL_CODES_FOLDER, address.strip()
    if base is None or not name or name in {".", ".."} or Path(name).name != name:
        return None
    folder = base / name
    return folder if folder.is_dir() and not folder.is_symlink() else None


def allowed() -> list[tuple[str, str]]:
    """Every address that may be chosen, with how it is reached: (carrier, address)."""
    hosts = [(Carrier.MLLP.value, host) for host in settings.FINAL_CODES_HOSTS]
    base = settings.FINAL_CODES_FOLDER
    found = sorted(each.name for each in base.iterdir() if each.is_dir()) if base and base.is_dir() else []
    folders = [(carrier.value, name) for name in found for carrier in (Carrier.HL7_FILE, Carrier.CSV_FILE)]
    return [*hosts, *folders]
