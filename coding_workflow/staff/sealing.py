"""Secrets that must be read again (authenticators, keys of signatures): encrypted with keys that are not in the database."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(purpose: str, text: str) -> str:
    """Encrypt under the present key (AES-128-CBC with HMAC-SHA256); what one purpose sealed no other opens."""
    return _keys(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """Decrypt under the present key or an earlier one, so that ``SECRET_KEY`` can be rotated."""
    return _keys(purpose).decrypt(sealed.encode()).decode()


def _keys(purpose: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(purpose, secret)) for secret in secrets])


def _derived(purpose: str, secret: str) -> bytes:
    digest = salted_hmac(purpose, "key", secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)
