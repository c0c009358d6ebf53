"""Every write of registration, as verbs. Messages enter by ``import_message``; the other verbs serve it and other feeds."""

from .csvfeed import import_csv, import_row, split_csv, try_csv
from .discharging import cancel_discharge, discharge
from .fhir import import_fhir, import_resource, split_fhir
from .inbound import correct_message, import_file, import_message, replay_message, set_aside
from .ready import begin_bill_hold, open_coding
from .registering import cancel_registration, register, update_registration

__all__ = [
    "begin_bill_hold",
    "cancel_discharge",
    "cancel_registration",
    "correct_message",
    "discharge",
    "import_csv",
    "import_fhir",
    "import_file",
    "import_message",
    "import_resource",
    "import_row",
    "open_coding",
    "register",
    "replay_message",
    "set_aside",
    "split_csv",
    "split_fhir",
    "try_csv",
    "update_registration",
]
