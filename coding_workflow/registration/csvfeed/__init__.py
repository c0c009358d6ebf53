"""Accounts, coverage, documents and charges as rows of comma-separated values. Nothing here knows the database."""
