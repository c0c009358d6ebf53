"""Our own short words for codes on a remittance. X12's texts are licensed and are not shipped."""

from typing import Final

GROUPS: Final = {
    "CO": "Contract: not billable to the patient",
    "CR": "Correction or reversal",
    "OA": "Other",
    "PI": "Payer initiated",
    "PR": "Patient pays",
}
CLAIM_STATUSES: Final = {
    "1": "Processed as primary",
    "2": "Processed as secondary",
    "3": "Processed as tertiary",
    "4": "Denied",
    "19": "Processed as primary, forwarded",
    "20": "Processed as secondary, forwarded",
    "21": "Processed as tertiary, forwarded",
    "22": "Reversal of an earlier payment",
    "23": "Not our claim, forwarded",
    "25": "Predetermination, no payment",
}
PROVIDER_REASONS: Final = {
    "50": "Late filing",
    "51": "Interest penalty",
    "72": "Refund that we sent",
    "90": "Early payment",
    "AP": "Advance payment",
    "CS": "Correction",
    "FB": "Carried to another payment",
    "IR": "Tax withheld",
    "L6": "Interest",
    "LE": "Levy",
    "LS": "Lump sum",
    "OA": "Organ acquisition",
    "PI": "Periodic interim payment",
    "RA": "Retroactive change",
    "WO": "Overpayment recovered",
    "WU": "Recovered in an earlier payment",
}
REASONS: Final = {
    "1": "Deductible",
    "2": "Coinsurance",
    "3": "Copayment",
    "4": "Modifier missing or does not fit the procedure",
    "5": "Procedure does not fit the place or bill type",
    "6": "Procedure does not fit the age",
    "8": "Procedure does not fit the provider type",
    "9": "Diagnosis does not fit the age",
    "11": "Diagnosis does not fit the procedure",
    "15": "Authorization missing or not valid",
    "16": "Information missing or wrong on the claim",
    "18": "Exact duplicate",
    "22": "Another payer comes first",
    "23": "Effect of another payer's decision",
    "24": "Covered under a capitation plan",
    "26": "Before coverage began",
    "27": "After coverage ended",
    "29": "Filed too late",
    "31": "Patient not found as insured",
    "45": "Above the fee schedule or contract",
    "50": "Not medically necessary in the payer's view",
    "59": "Reduced: several procedures together",
    "70": "Cost outlier",
    "94": "Processed above the charge",
    "96": "Not covered",
    "97": "Included in another service",
    "109": "Wrong payer",
    "119": "Benefit limit reached",
    "129": "Earlier processing information is wrong",
    "144": "Incentive",
    "146": "Diagnosis not valid on that date",
    "151": "Documentation does not support so many services",
    "167": "Diagnosis is not covered",
    "181": "Procedure not valid on that date",
    "182": "Modifier not valid on that date",
    "197": "Authorization or notice missing",
    "204": "Not covered by the patient's plan",
    "222": "Above the contracted number of hours, days or units",
    "226": "Records asked for did not come or were incomplete",
    "231": "Procedures exclude one another on that day",
    "234": "Not paid separately",
    "236": "Procedures or modifiers do not go together (NCCI)",
    "246": "For reporting only",
    "251": "Attachment incomplete",
    "252": "Attachment needed before a decision",
    "253": "Sequestration",
    "A1": "Denied; see the remark code",
    "A8": "DRG cannot be assigned",
    "B7": "Provider not eligible on that date",
    "B15": "Needs another service that was not found",
}


def reason(code: str) -> str:
    """Our label of a claim adjustment reason code, or that we have none."""
    return REASONS.get(code, "No label here; look the code up in the payer's list")


def group(code: str) -> str:
    """Our label of an adjustment group; an unknown group is kept and says so."""
    return GROUPS.get(code, "Unknown group")


def claim_status(code: str) -> str:
    """Our label of the claim status of a remittance."""
    return CLAIM_STATUSES.get(code, "Unknown status")


def provider_reason(code: str) -> str:
    """Our label of a provider level adjustment (PLB), or that we have none."""
    return PROVIDER_REASONS.get(code, "No label here; look the code up in the payer's list")
