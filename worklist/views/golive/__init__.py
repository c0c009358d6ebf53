"""Going live, page by page."""
