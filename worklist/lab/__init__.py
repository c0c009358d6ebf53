"""The rule editor's form: what was typed, read as a rule, changed by its buttons and drawn again. No database."""
