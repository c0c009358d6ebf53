"""Reads of the people's pages."""
