"""The API, version 1: one file a resource, over the services, selectors and permissions of the pages (docs/api.md)."""
