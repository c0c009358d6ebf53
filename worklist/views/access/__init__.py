"""Compliance's pages: who looked at what, and the review of restricted accounts that were opened."""
