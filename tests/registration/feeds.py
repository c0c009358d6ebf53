"""Feeds for the tests of this room."""

import datetime
import socket
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.models import Facility
from coding_workflow.registration.models import BulkRun, Delivery, Feed
from tests.cast import Cast


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def feed_of(cast: Cast, code: str = "adt", **changes: Any) -> Feed:
    """A feed for MAIN; by default files that somebody uploads."""
    feed = Feed.objects.create(**{"code": code, "title": "Admissions", "kind": "upload", **changes})
    feed.facilities.add(cast.main)
    return feed


def mllp_feed(cast: Cast, code: str = "adt", **changes: Any) -> Feed:
    """A listener on a free port of this machine."""
    return feed_of(cast, code, **{"kind": "mllp", "address": "127.0.0.1", "port": free_port(), **changes})


def feed_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A feed of the facility: answers the arguments of ``reverse``."""
    made = Feed.objects.create(code=f"walk{Feed.objects.count()}", title="Walked", kind="upload")
    made.facilities.add(facility)
    return {"pk": made.pk}


def part_of_feed(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A row of a feed's page; which one it is, the feed's own refusal comes first."""
    return feed_at(cast, facility) | {"row": 1}


def message_file_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A file that was uploaded for a feed of the facility."""
    made = Delivery.objects.create(
        feed_id=feed_at(cast, facility)["pk"], source="upload", name="walk.hl7", sha256="0" * 64, size=1, by=cast.ada
    )
    return {"pk": made.pk}


def bulk_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A choice of messages of the facility that is tried again."""
    made = BulkRun.objects.create(kind="again", status="failed", facility_ids=[facility.pk], until=1, total=1, by=cast.ada)
    return {"pk": made.pk}


def certificate_files(folder: Path) -> tuple[str, str]:
    """A certificate for localhost that signed itself, and its key: two PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begins = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins.replace(year=2120))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(paths[0]), str(paths[1])
