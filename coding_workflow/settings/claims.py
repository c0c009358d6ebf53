"""Who sends claims, to whom, and whether they are tests."""

from pathlib import Path

from .environment import env, env_flag

CLAIM_SUBMITTER_NAME = env("CLAIM_SUBMITTER_NAME", "Coding Workflow")
CLAIM_SUBMITTER_ID = env("CLAIM_SUBMITTER_ID", "CODINGFLOW")
CLAIM_CONTACT_NAME = env("CLAIM_CONTACT_NAME", "Billing office")
CLAIM_CONTACT_PHONE = env("CLAIM_CONTACT_PHONE", "5550100000")
CLAIM_RECEIVER_NAME = env("CLAIM_RECEIVER_NAME", "Clearinghouse")
CLAIM_RECEIVER_ID = env("CLAIM_RECEIVER_ID", "CLEARING")
#: ISA15: claims are marked as tests until an installation says otherwise.
CLAIMS_IN_PRODUCTION = env_flag("CLAIMS_IN_PRODUCTION")

#: Where final codes may be sent: host:port pairs, comma separated, and the folder that holds the folders of destinations.
#: An administrator of the application chooses among them and can name no other.
FINAL_CODES_HOSTS = tuple(each.strip() for each in env("FINAL_CODES_HOSTS").split(",") if each.strip())
FINAL_CODES_FOLDER = Path(env("FINAL_CODES_FOLDER")) if env("FINAL_CODES_FOLDER") else None
#: Seconds until patient accounting must have answered.
FINAL_CODES_ANSWER_SECONDS = float(env("FINAL_CODES_ANSWER_SECONDS", "30"))
