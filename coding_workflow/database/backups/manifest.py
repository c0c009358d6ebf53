"""What a backup holds: a JSON file beside its files, with the SHA-256 of each, signed when the backup is encrypted."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from .problems import BackupProblem
from .sealing import Keys

NAME: Final = "manifest.json"
FORMAT: Final = 1
DATABASE: Final = "database.dump"
_BLOCK: Final = 1 << 20
_MOST_BYTES: Final = 4 << 20


@dataclass(frozen=True)
class KeptFile:
    """One file of the backup as it lies there. ``name`` is its path inside the folder."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """``migrations`` are those that the dump has, as ``app.name``; ``salt`` is hexadecimal and empty without encryption."""

    made_at: str
    application: str
    server: str
    program: str
    migrations: tuple[str, ...]
    files: tuple[KeptFile, ...]
    encrypted: bool = False
    salt: str = ""
    format: int = FORMAT
    signature: str = field(default="", compare=False)

    def signed(self, keys: Keys | None) -> "Manifest":
        """The same with its signature; without keys there is none."""
        values = {**self.__dict__, "signature": _signature(self, keys) if keys else ""}
        return Manifest(**values)

    def text(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(each.bytes for each in self.files)


def _signature(manifest: Manifest, keys: Keys) -> str:
    values = {name: value for name, value in asdict(manifest).items() if name != "signature"}
    return hmac.new(keys.signature, json.dumps(values, sort_keys=True).encode(), "sha256").hexdigest()


def read_manifest(place: Path) -> Manifest:
    """The manifest of a folder (or the manifest file itself). Raises BackupProblem when there is none that can be read."""
    path = place / NAME if place.is_dir() else place
    if path.name != NAME or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise BackupProblem(f"There is no {NAME} at {place}: name the folder that 'make backup' made.")
    try:
        return _parsed(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as problem:
        raise BackupProblem(f"{path} cannot be read.") from problem


def _parsed(values: dict[str, Any]) -> Manifest:
    if values["format"] != FORMAT:
        raise BackupProblem(f"This backup has format {values['format']}; this version reads format {FORMAT}.")
    files = tuple(KeptFile(str(each["name"]), str(each["sha256"]), int(each["bytes"])) for each in values["files"])
    given = {**values, "files": files, "migrations": tuple(str(each) for each in values["migrations"])}
    return Manifest(**given)


def check_signature(manifest: Manifest, keys: Keys) -> None:
    """Raise BackupProblem unless the manifest is as it was signed with these keys."""
    if not hmac.compare_digest(manifest.signature, _signature(manifest, keys)):
        raise BackupProblem("The manifest was changed, or BACKUP_KEY is another one than the backup was made with.")


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise BackupProblem unless every file lies there, inside the folder, byte by byte as it was written."""
    for each in manifest.files:
        path = folder / each.name
        if ".." in Path(each.name).parts or Path(each.name).is_absolute() or path.is_symlink() or not path.is_file():
            raise BackupProblem(f"{each.name} is missing from the backup.")
        if path.stat().st_size != each.bytes or digest(blocks(path)) != each.sha256:
            raise BackupProblem(f"{each.name} was changed after the backup was made: nothing is restored.")


def blocks(path: Path) -> Iterator[bytes]:
    """A file's bytes, a megabyte at a time."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def digest(chunks: Iterator[bytes]) -> str:
    """The SHA-256 of a stream."""
    made = hashlib.sha256()
    for chunk in chunks:
        made.update(chunk)
    return made.hexdigest()
