"""Final codes for the hospital's patient accounting system: what is said, and how it is carried. Pure but for ``mllp``."""
