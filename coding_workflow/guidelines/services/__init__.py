"""Every write about administrators' rules: written by one person, published by another, kept for ever."""

from .publishing import publish_rule, retire_rule, start_shadow
from .writing import export_rule, import_rule, roll_back, write_rule

__all__ = ["export_rule", "import_rule", "publish_rule", "retire_rule", "roll_back", "start_shadow", "write_rule"]
