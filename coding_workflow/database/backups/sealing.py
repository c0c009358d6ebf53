"""Encrypting a stream: AES-256-GCM in chunks, so that a file of any size is neither held in memory nor trusted in part.

Each chunk's nonce is a random beginning of the file, the chunk's number and whether it is the last: chunks cannot be
changed, reordered, left out, cut off at the end or moved to another file. The key comes from words by scrypt (RFC 7914).
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .problems import BackupProblem

MAGIC: Final = b"CWBACKUP1\n"
CHUNK: Final = 1 << 20
SALT_BYTES: Final = 16
#: Fewer characters can be guessed.
SHORTEST_WORDS: Final = 20
_TAG, _PREFIX = 16, 7
_LAST, _NOT_LAST = b"\x01", b"\x00"
# 32 MB and some 0.1 s for each guess.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 15, 8, 1


@dataclass(frozen=True)
class Keys:
    """What one backup is encrypted with, and what its manifest is signed with; never printed."""

    cipher: bytes
    signature: bytes


def derive(words: str, salt: bytes) -> Keys:
    """The keys of one backup. Raises BackupProblem when the words are too short to keep anybody out."""
    if len(words) < SHORTEST_WORDS:
        raise BackupProblem(f"BACKUP_KEY must have at least {SHORTEST_WORDS} characters; take random ones.")
    made = Scrypt(salt=salt, length=64, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(words.encode())
    return Keys(made[:32], made[32:])


def encrypted(chunks: Iterable[bytes], keys: Keys, name: str) -> Iterator[bytes]:
    """The bytes of the encrypted file; ``name`` is bound to them."""
    cipher, prefix = AESGCM(keys.cipher), os.urandom(_PREFIX)
    yield MAGIC + prefix
    for number, (chunk, last) in enumerate(_with_end(_even(chunks, CHUNK))):
        yield cipher.encrypt(_nonce(prefix, number, last), chunk, name.encode())


def decrypted(chunks: Iterable[bytes], keys: Keys, name: str) -> Iterator[bytes]:
    """The bytes that were encrypted, each chunk given out only after it was found whole. Raises BackupProblem."""
    cipher, pieces = AESGCM(keys.cipher), _even(chunks, CHUNK + _TAG, first=len(MAGIC) + _PREFIX)
    head = next(pieces, b"")
    if not head.startswith(MAGIC):
        raise BackupProblem(f"{name} is not an encrypted file of a backup.")
    prefix = head[len(MAGIC) :]
    for number, (chunk, last) in enumerate(_with_end(pieces)):
        try:
            yield cipher.decrypt(_nonce(prefix, number, last), chunk, name.encode())
        except InvalidTag:
            raise BackupProblem(f"{name} was changed or cut off, or BACKUP_KEY is another one.") from None


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (_LAST if last else _NOT_LAST)


def _even(chunks: Iterable[bytes], size: int, *, first: int = 0) -> Iterator[bytes]:
    """The same bytes in pieces of one size, the last one shorter; ``first`` bytes come as a piece of their own."""
    wanted, kept = first or size, b""
    for chunk in chunks:
        kept += chunk
        while len(kept) >= wanted:
            yield kept[:wanted]
            kept, wanted = kept[wanted:], size
    if kept:
        yield kept


def _with_end(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last; nothing at all is one empty last piece."""
    before: bytes | None = None
    for piece in pieces:
        if before is not None:
            yield before, False
        before = piece
    yield before or b"", True
