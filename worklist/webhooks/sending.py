"""One POST to a receiver: pinned to the address that was checked, no redirects, no proxy, little time, nothing read back."""

from typing import Final

import certifi
import urllib3
from django.conf import settings

from accounts.errors import Refused

from . import addresses

CONNECT_SECONDS: Final = 3.0
ALL_SECONDS: Final = 8.0


class ReceiverUnreachable(Exception):
    """No connection: no such name, nobody there, or a certificate that is not the host's."""


class ReceiverSlow(Exception):
    """No answer in time."""


class ReceiverAnsweredOtherwise(Exception):
    """An answer that is not 2xx."""


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send it; answers the receiver's status, which is 2xx.

    Raises Refused ``webhook.host``, ``webhook.address`` or ``webhook.redirect``, which no other attempt would mend; and
    ReceiverUnreachable, ReceiverSlow, ReceiverAnsweredOtherwise, which one may.
    """
    target = addresses.target_of(url)
    try:
        status = _status(target, addresses.resolve(target), body, headers)
    except urllib3.exceptions.NewConnectionError:
        # Of the library's errors this one counts as a timeout as well.
        raise ReceiverUnreachable from None
    except (urllib3.exceptions.TimeoutError, TimeoutError):
        raise ReceiverSlow from None
    except (urllib3.exceptions.HTTPError, OSError):
        raise ReceiverUnreachable from None
    if 300 <= status < 400:
        raise Refused("webhook.redirect", "The receiver sends elsewhere; webhooks do not follow.", fix="url")
    if not 200 <= status < 300:
        raise ReceiverAnsweredOtherwise
    return status


def _status(target: addresses.Target, address: str, body: bytes, headers: dict[str, str]) -> int:
    pool = urllib3.HTTPSConnectionPool(
        address,
        target.port,
        timeout=urllib3.Timeout(total=ALL_SECONDS, connect=CONNECT_SECONDS),
        retries=False,
        cert_reqs="CERT_REQUIRED",
        ca_certs=settings.WEBHOOK_CA_FILE or certifi.where(),
        server_hostname=target.host,
        assert_hostname=target.host,
    )
    host = target.host if target.port == 443 else f"{target.host}:{target.port}"
    with pool:
        response = pool.urlopen(
            "POST", target.path, body=body, headers={**headers, "Host": host}, redirect=False, preload_content=False
        )
        response.close()
        return int(response.status)
