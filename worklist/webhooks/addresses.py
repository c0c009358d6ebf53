"""Where a webhook may go: a named host over https, at an address that is nobody's inner network.

An address that an administrator types makes this server send requests, so it could be turned against what the server can reach
(SSRF). Three walls: the host is on the installation's list; every address that its name has now is public, or in a network that
the installation names; the connection goes to that very address, so that a name which answers otherwise a moment later
(rebinding) is not asked again.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from accounts.errors import Refused

_LONGEST: Final = 400
_PLAIN: Final = re.compile(r"[!-~]+")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
#: IPv4 behind these is asked for itself: 6to4 and Teredo are unwrapped by the standard library, NAT64 is not.
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: host and port to connect to, and what is asked for there."""

    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """Read and check an address. Raises Refused ``webhook.url``, or ``webhook.host`` for one that is not on the list."""
    if len(url) > _LONGEST or not _PLAIN.fullmatch(url) or "\\" in url:
        raise Refused("webhook.url", "An address has at most 400 plain characters and begins with https://", fix="url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise Refused("webhook.url", "This is no address.", fix="url") from None
    if parts.scheme != "https" or parts.username is not None or parts.fragment or not host:
        raise Refused("webhook.url", "Begin with https:// and the host; no user, no password, no #.", fix="url")
    named = host if port == 443 else f"{host}:{port}"
    if not _HOST.fullmatch(host) or named not in settings.WEBHOOK_HOSTS:
        raise Refused(
            "webhook.host", "This host is not on the installation's list (WEBHOOK_HOSTS); ask who runs the servers.", fix="url"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path)


def resolve(target: Target) -> str:
    """The address to connect to. Raises Refused ``webhook.address`` when any address of the name is not allowed.

    OSError when the name has none.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).split("%")[0]) for each in found]
    if not addresses or not all(map(allowed, addresses)):
        raise Refused("webhook.address", "The host's name leads into a network that webhooks do not enter.", fix="url")
    return str(addresses[0])


def allowed(address: Address) -> bool:
    """Whether a webhook may connect to it: public, or in a network named by ``WEBHOOK_NETWORKS``."""
    if any(address in ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return allowed(inner)
        if address in _NAT64:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
