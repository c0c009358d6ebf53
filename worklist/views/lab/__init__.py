"""Pages about rules: the list, one rule with its versions, the editor."""
