"""Messages and what they told, and the FHIR resources that others refer to."""

from .messages import FeedMap, InboundMessage, LastTold, MapKind, MessageFormat, MessageStatus
from .resources import ResourceVersion

__all__ = ["FeedMap", "InboundMessage", "LastTold", "MapKind", "MessageFormat", "MessageStatus", "ResourceVersion"]
