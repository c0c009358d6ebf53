"""The account page, where the day is spent: record, codes, gate, and the verbs of its foot."""
