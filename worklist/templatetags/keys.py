"""The key of an action beside its control: the person's own, and none where it is off."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from coding_workflow.staff import keys

register = template.Library()


@register.simple_tag(takes_context=True)
def key(context: dict[str, Any], name: str) -> str | SafeString:
    """``{% key "get-next" %}``: a ``kbd`` with the key of who looks; nothing where they switched it, or its kind, off."""
    user = getattr(context.get("request"), "user", None)
    own = user.keys if user is not None and user.is_authenticated else {}
    found = keys.effective(own)[name]
    if not found or (keys.is_character(found) and not getattr(user, "single_letter_keys", True)):
        return ""
    return format_html("<kbd>{}</kbd>", keys.said(found))
