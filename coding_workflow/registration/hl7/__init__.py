"""HL7 v2 in and out, without Django: bytes to frozen facts and back. Start at ``read.read_message``."""
