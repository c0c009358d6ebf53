"""Webhooks: a receiver is told that something happened, by ids alone, signed, through the outbox (docs/webhooks.md)."""
