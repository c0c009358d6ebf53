"""Where a webhook may go, and how it goes there: named hosts, public addresses, pinned, no redirects."""

import ipaddress
import socket
from pathlib import Path
from typing import Any

import pytest

from accounts.errors import Refused
from worklist.webhooks import addresses, sending

from .receiver import HOST, certificate, listening

URLS = [
    "http://receiver.example/",
    "https://other.example/",
    "https://receiver.example.evil.example/",
    "https://evil.example/receiver.example",
    "https://user@receiver.example/",
    "https://user:word@receiver.example/",
    "https://receiver.example:8443/",
    "https://receiver.example:99999/",
    "https://receiver.example:x/",
    "https://receiver.example/#part",
    "https://receiver.example\\@evil.example/",
    "https://receiver.example /",
    "https://receiver.example/\n",
    "https://receiver.example/" + "x" * 400,
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost/",
    "https://receiver.example./",
    "https://xn--receiver-.example/",
    "https://rеceiver.example/",
    "//receiver.example/",
    "file:///etc/passwd",
    "gopher://receiver.example/",
    "ftp://receiver.example/",
    "https://",
    "",
]
INNER = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1",
    "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1",
    "2001:db8::1", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
]  # fmt: skip


@pytest.fixture(autouse=True)
def one_host(settings) -> None:
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_NETWORKS = [HOST], []


def _resolving(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let every name have these addresses."""

    def answer(host: str, port: int, *asked: object, **how: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_is_not_a_named_host_over_https_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        addresses.target_of(url)
    assert refusal.value.code in {"webhook.url", "webhook.host"}


def test_a_named_host_is_taken_with_its_path_and_a_port_that_is_named_too(settings) -> None:
    assert addresses.target_of("https://receiver.example/a/b?c=d") == addresses.Target(HOST, 443, "/a/b?c=d")
    assert addresses.target_of("https://RECEIVER.example").path == "/"
    settings.WEBHOOK_HOSTS = [f"{HOST}:8443"]
    assert addresses.target_of("https://receiver.example:8443/").port == 8443


@pytest.mark.parametrize("address", INNER)
def test_a_name_that_leads_into_an_inner_network_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not addresses.allowed(ipaddress.ip_address(address))
    _resolving(monkeypatch, "93.184.216.34", address)
    with pytest.raises(Refused, match=r"webhook\.address"):
        addresses.resolve(addresses.target_of(f"https://{HOST}/"))


def test_public_addresses_and_networks_that_the_installation_names_are_entered(settings) -> None:
    assert addresses.allowed(ipaddress.ip_address("93.184.216.34"))
    assert addresses.allowed(ipaddress.ip_address("2606:2800:220:1::1"))
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16"]
    assert addresses.allowed(ipaddress.ip_address("10.20.3.4"))
    assert not addresses.allowed(ipaddress.ip_address("10.21.3.4"))


@pytest.fixture
def receiver(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    chain, key = certificate(tmp_path)
    with listening(chain, key) as one:
        settings.WEBHOOK_HOSTS = [f"{HOST}:{one.port}"]
        settings.WEBHOOK_NETWORKS, settings.WEBHOOK_CA_FILE = ["127.0.0.0/8"], str(chain)
        _resolving(monkeypatch, "127.0.0.1")
        yield one


def test_it_goes_to_the_address_that_was_checked_under_the_hosts_name(receiver: Any) -> None:
    assert sending.post(f"https://{HOST}:{receiver.port}/in", b"{}", {"Webhook-Id": "1"}) == 204
    (path, headers, body) = receiver.came[0]
    assert (path, headers["Host"], headers["Webhook-Id"], body) == ("/in", f"{HOST}:{receiver.port}", "1", b"{}")


def test_a_redirect_is_not_followed_and_an_error_is_tried_again(receiver: Any) -> None:
    url = f"https://{HOST}:{receiver.port}/"
    receiver.status = 302
    with pytest.raises(Refused, match=r"webhook\.redirect"):
        sending.post(url, b"{}", {})
    for receiver.status in (400, 410, 500):
        with pytest.raises(sending.ReceiverAnsweredOtherwise):
            sending.post(url, b"{}", {})
    assert len(receiver.came) == 4


def test_nobody_at_the_address_is_told_apart_from_silence(receiver: Any, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(sending, "CONNECT_SECONDS", 0.05)
    monkeypatch.setattr(sending, "ALL_SECONDS", 0.05)
    settings.WEBHOOK_HOSTS = [f"{HOST}:1", f"{HOST}:{silent.getsockname()[1]}"]
    with pytest.raises(sending.ReceiverUnreachable):
        sending.post(f"https://{HOST}:1/", b"{}", {})
    with silent, pytest.raises(sending.ReceiverSlow):
        sending.post(f"https://{HOST}:{silent.getsockname()[1]}/", b"{}", {})


def test_a_certificate_of_another_host_is_nobody(receiver: Any, settings, tmp_path: Path) -> None:
    settings.WEBHOOK_HOSTS = [f"other.example:{receiver.port}"]
    with pytest.raises(sending.ReceiverUnreachable):
        sending.post(f"https://other.example:{receiver.port}/", b"{}", {})
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_CA_FILE = [f"{HOST}:{receiver.port}"], ""
    with pytest.raises(sending.ReceiverUnreachable):
        sending.post(f"https://{HOST}:{receiver.port}/", b"{}", {})
    assert receiver.came == []
