"""Pages of people: for administrators, for oneself, for compliance."""
