"""Code tables by effective date."""
