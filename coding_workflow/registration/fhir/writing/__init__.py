"""Facts as FHIR R4 resources: the other direction of the readers beside it, so that what is written reads back the same.

Pure. What is absent is left out: no empty element, no null.
"""
