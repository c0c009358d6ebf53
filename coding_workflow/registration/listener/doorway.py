"""Who may connect, and how: the settings of a feed as the listener uses them."""

import ipaddress
import ssl
from dataclasses import dataclass

from django.conf import settings

from coding_workflow.registration.models import Feed

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Where no sender is named, only this machine may connect.
THIS_MACHINE: tuple[str, ...] = ("127.0.0.0/8", "::1/128")


class NoCertificate(Exception):
    """TLS is asked for and cannot be offered; the text says which variable is wrong."""


@dataclass(frozen=True, slots=True)
class Doorway:
    """Where to listen and whom to let in."""

    address: str
    port: int
    tls: bool
    allowed: tuple[Network, ...]
    idle_seconds: int

    @property
    def place(self) -> tuple[str, int, bool]:
        """What makes it another socket."""
        return (self.address, self.port, self.tls)

    def lets_in(self, peer: str) -> bool:
        """Whether a sender's address is allowed; an IPv4 address inside IPv6 is the IPv4 address."""
        try:
            found = ipaddress.ip_address(peer.split("%", 1)[0])
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in network for network in self.allowed)


def doorway(feed: Feed) -> Doorway | None:
    """The doorway of a feed; None when it is switched off."""
    if not feed.enabled or feed.port is None:
        return None
    networks = tuple(ipaddress.ip_network(one, strict=False) for one in (feed.allowed or THIS_MACHINE))
    return Doorway(feed.address, feed.port, feed.tls, networks, feed.idle_seconds)


def certificate() -> ssl.SSLContext:
    """TLS 1.2 or later with the installation's certificate; senders must show one of theirs where a CA is named.

    Raises NoCertificate.
    """
    if not settings.MLLP_TLS_CERTIFICATE or not settings.MLLP_TLS_KEY:
        raise NoCertificate("TLS is switched on, but MLLP_TLS_CERTIFICATE and MLLP_TLS_KEY are not set.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.MLLP_TLS_CERTIFICATE, settings.MLLP_TLS_KEY)
        if settings.MLLP_TLS_CLIENT_CA:
            context.load_verify_locations(settings.MLLP_TLS_CLIENT_CA)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise NoCertificate("The files of MLLP_TLS_CERTIFICATE, MLLP_TLS_KEY or MLLP_TLS_CLIENT_CA cannot be read.") from error
    return context
