"""X12 reading and writing: pure, without Django. 837 institutional claims out, 835 remittances in."""
