"""FHIR in: each resource kept, applied once, waiting for what it refers to, in any order."""

from .taking import import_fhir, import_resource, split_fhir

__all__ = ["import_fhir", "import_resource", "split_fhir"]
