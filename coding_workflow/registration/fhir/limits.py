"""How large a resource may be. Checked before parsing."""

#: One line of NDJSON, or one file that holds a single resource or Bundle.
UNIT_BYTES = 20 * 1024 * 1024
#: One resource; a scanned page inline is larger than the 1 MB that other JSON may have.
RESOURCE_CHARACTERS = 5 * 1024 * 1024
BUNDLE_ENTRIES = 10_000
DEPTH = 32
#: Digits before or after the point of a number.
EXPONENT = 1000
#: Kept of a line that is too large to be read.
HEAD_BYTES = 64 * 1024
#: How much larger a compressed file may become.
RATIO = 100
KEY_CHARACTERS = 199
