"""Pages for supervisors and administrators: queues, their order, weights, preview and versions; people at work."""
