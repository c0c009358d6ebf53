"""Names for synthetic people: plainly invented, the same for the same number."""

import hashlib
from dataclasses import dataclass

_FAMILY = [
    "Acorn",
    "Birchwood",
    "Cloverly",
    "Dapplegrove",
    "Elmhurst",
    "Fernsby",
    "Gooseberry",
    "Hollyfield",
    "Inkwell",
    "Juniper",
    "Kettleby",
    "Larkspur",
    "Marigold",
    "Nettleton",
    "Oakleaf",
    "Pebbleton",
    "Quillfeather",
    "Rosewater",
    "Saltmarsh",
    "Thistledown",
    "Umberland",
    "Violet",
    "Willowby",
    "Yarrow",
    "Zinnia",
]
_FEMALE = [
    "Ada",
    "Bea",
    "Clara",
    "Dora",
    "Elsie",
    "Flora",
    "Greta",
    "Hazel",
    "Ivy",
    "June",
    "Kitty",
    "Lena",
    "Mabel",
    "Nora",
    "Opal",
    "Pearl",
    "Rose",
    "Stella",
    "Thea",
    "Vera",
]
_MALE = [
    "Abel",
    "Basil",
    "Cyrus",
    "Dexter",
    "Edgar",
    "Felix",
    "Gus",
    "Hugo",
    "Ira",
    "Jasper",
    "Karl",
    "Leo",
    "Milo",
    "Ned",
    "Otto",
    "Percy",
    "Rufus",
    "Silas",
    "Theo",
    "Walter",
]
_STREETS = ["Maple", "Cedar", "Spruce", "Walnut", "Chestnut", "Poplar", "Linden", "Aspen"]


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic person."""

    mrn: str
    family_name: str
    given_name: str
    address_line: str


def person_for(number: str, sex: str) -> Person:
    """The person behind an account number."""
    seed = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8], "big")
    given = _MALE if sex == "M" else _FEMALE
    return Person(
        mrn=f"S{seed % 10_000_000:07d}",
        family_name=_FAMILY[seed % len(_FAMILY)],
        given_name=given[seed // 100 % len(given)],
        address_line=f"{seed // 7 % 900 + 1} {_STREETS[seed // 13 % len(_STREETS)]} Street",
    )
