"""Where in a message a refusal looks that is not about one value that was read."""

from typing import Final

#: Where a refusal that is not about one read value looks: the fields an interface team opens first.
PLACES: Final[dict[str, tuple[str, int]]] = {
    "registration.unknown_facility": ("MSH", 4),
    "registration.two_facilities": ("MSH", 4),
    "registration.feed_elsewhere": ("MSH", 4),
    "registration.control_id_used": ("MSH", 10),
    "registration.other_authority": ("PID", 3),
    "registration.other_patient": ("PID", 3),
    "registration.no_class": ("PV1", 2),
    "registration.unmapped_class": ("PV1", 2),
    "registration.unmapped_disposition": ("PV1", 36),
    "registration.dates_reversed": ("PV1", 45),
    "registration.no_revenue_code": ("FT1", 7),
    "registration.new_number": ("PID", 18),
    "registration.no_visit": ("PV1", 19),
    "registration.parent_elsewhere": ("TXA", 13),
    "registration.merge_circle": ("MRG", 1),
    "registration.merged_elsewhere": ("MRG", 1),
    "registration.combined_elsewhere": ("MRG", 3),
    "account.was_released": ("MRG", 3),
    "account.other_patient": ("MRG", 1),
    "account.survivor_ended": ("PID", 18),
}
