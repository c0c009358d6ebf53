"""Who sends claims, to whom, and whether they are tests."""

from .environment import env, env_flag

CLAIM_SUBMITTER_NAME = env("CLAIM_SUBMITTER_NAME", "Coding Workflow")
CLAIM_SUBMITTER_ID = env("CLAIM_SUBMITTER_ID", "CODINGFLOW")
CLAIM_CONTACT_NAME = env("CLAIM_CONTACT_NAME", "Billing office")
CLAIM_CONTACT_PHONE = env("CLAIM_CONTACT_PHONE", "5550100000")
CLAIM_RECEIVER_NAME = env("CLAIM_RECEIVER_NAME", "Clearinghouse")
CLAIM_RECEIVER_ID = env("CLAIM_RECEIVER_ID", "CLEARING")
#: ISA15: claims are marked as tests until an installation says otherwise.
CLAIMS_IN_PRODUCTION = env_flag("CLAIMS_IN_PRODUCTION")
