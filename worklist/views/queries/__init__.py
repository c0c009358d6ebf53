"""Queries to providers: the composer, a query's page, the supervisor's figures, and the page that a provider answers on."""
