"""Which set a file of NCCI says it is: by the publisher's file name or a title. Pure."""

from typing import Final

from .table import Malformed

_SAYS: Final = {"HOSPITAL": ("outpatient hospital", "ccioph"), "PRACTITIONER": ("practitioner", "ccipra")}


def refuse_other_setting(system: str, name: str, *titles: str) -> None:
    """Refuse a file whose name or title says that it is of the other setting than the set wanted."""
    wanted = system.rpartition("-")[2]
    said = " ".join((name, *titles)).lower()
    for setting, words in _SAYS.items():
        if setting != wanted and any(word in said for word in words):
            raise Malformed(name, None, f"is the {setting.lower()} set; {system} wants the {wanted.lower()} one.")
