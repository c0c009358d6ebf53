"""Pages of the feeds, for administrators."""
