"""What was coded, approved, asked and billed as FHIR R4 resources. Pure."""
