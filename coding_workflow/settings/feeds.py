"""Feeds: the folders that are watched, and the certificate of the MLLP listeners."""

from .environment import env, state_dir

#: Every watched folder is below this one.
FEED_FOLDER_ROOT = env("FEED_FOLDER_ROOT", str(state_dir() / "feeds"))
#: Where the demo hospital's listener is; HL7's own port.
MLLP_DEMO_PORT = int(env("MLLP_DEMO_PORT", "2575"))
MLLP_TLS_CERTIFICATE = env("MLLP_TLS_CERTIFICATE")
MLLP_TLS_KEY = env("MLLP_TLS_KEY")
#: Where it is set, senders must show a certificate that it signed.
MLLP_TLS_CLIENT_CA = env("MLLP_TLS_CLIENT_CA")
