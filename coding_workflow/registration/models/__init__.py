"""Messages and what they told; FHIR resources; the feeds they come by; files and lists that are worked off in the background."""

from .batches import BulkKind, BulkRun, Delivery, DeliveryBody, DeliverySource, DeliveryState
from .feeds import Answer, Carries, Feed, FeedEvent, FeedFormat, FeedKind, FeedRoute, FeedState, ListenerState
from .messages import FeedMap, InboundMessage, LastTold, MapKind, MessageStatus, RecordKind, RecordTold
from .resources import ResourceVersion

__all__ = [
    "Answer",
    "BulkKind",
    "BulkRun",
    "Carries",
    "Delivery",
    "DeliveryBody",
    "DeliverySource",
    "DeliveryState",
    "Feed",
    "FeedEvent",
    "FeedFormat",
    "FeedKind",
    "FeedMap",
    "FeedRoute",
    "FeedState",
    "InboundMessage",
    "LastTold",
    "ListenerState",
    "MapKind",
    "MessageStatus",
    "RecordKind",
    "RecordTold",
    "ResourceVersion",
]
