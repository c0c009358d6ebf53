"""Going live: what patient accounting has unbilled against what is here, what the gate would do, and what is still missing."""
