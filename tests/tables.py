"""Code tables for tests that judge: the standard ones, loaded once per worker."""

from accounts.actors import Actor
from coding_workflow.codesets.services import load_standard


def load_code_tables() -> None:
    """ICD-10-CM and ICD-10-PCS from the installed packages, as a new installation has them."""
    load_standard(by=Actor.system("codes.load"))
