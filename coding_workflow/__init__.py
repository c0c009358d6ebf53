"""The process of a patient account, stage by stage (ARCHITECTURE.md)."""

import os

# The reader of spreadsheets takes defusedxml, which refuses entities, unless it finds lxml, which comes with the extra saml.
os.environ["OPENPYXL_LXML"] = "False"
