"""Measuring the application against a null view in the same run: ``make bench``; docs/performance.md says how to read it."""
