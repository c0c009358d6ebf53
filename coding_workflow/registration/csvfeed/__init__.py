"""Accounts, coverage, documents, charges, codes and holds as rows of comma-separated values. Nothing here knows the database."""
