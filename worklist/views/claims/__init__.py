"""Pages about claims: the lists, one claim, remittances, discrepancy cases."""
