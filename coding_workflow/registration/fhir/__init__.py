"""FHIR R4 resources as the facts of ``registration.facts``. Pure: no database, no clock, nothing is fetched."""
