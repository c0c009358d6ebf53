"""How large a message may be. Checked before parsing: a million repetitions take a parser half a minute."""

FILE_BYTES = 20 * 1024 * 1024
FILE_SEGMENTS = 200_000
MESSAGE_SEGMENTS = 10_000
#: Fields, repetitions, components and subcomponents of one message together; bounds the memory of the parse.
MESSAGE_PARTS = 300_000
SEGMENT_CHARACTERS = 64 * 1024
FIELD_CHARACTERS = 32 * 1024
REPETITIONS = 1_000
#: A formatting escape such as ``\\.sp9\\`` asks for lines; nobody needs more.
ESCAPED_LINES = 50
