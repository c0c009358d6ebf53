"""Making a backup: seals first, then one consistent dump, then the manifest; the folder gets its name when it is whole."""

import datetime
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connections

from accounts import clock
from coding_workflow.database.models import Backup

from . import manifest, programs, sealing
from .problems import BackupProblem

_BLOCK = 1 << 20


def back_up(parent: Path, *, key: str = "") -> tuple[Path, manifest.Manifest]:
    """Write one backup into a new folder of ``parent``, and one row that says so; answers folder and manifest.

    With ``key`` every file is encrypted and the manifest is signed. Seals are copied before the dump begins, so each
    sealed head is in it. Raises BackupProblem and leaves nothing behind when anything fails.
    """
    at = clock.now()
    name = f"backup-{at.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"
    folder, begun = parent / name, parent / f".{name}.partial"
    if folder.exists():
        raise BackupProblem(f"{folder} is there already.")
    salt = os.urandom(sealing.SALT_BYTES) if key else b""
    keys = sealing.derive(key, salt) if key else None
    try:
        begun.mkdir(mode=0o700, parents=True)
        written = _write(begun, at, salt, keys)
        begun.rename(folder)
    except OSError as problem:
        raise BackupProblem(f"The backup could not be written: {problem.strerror}.") from problem
    finally:
        shutil.rmtree(begun, ignore_errors=True)
    _record(folder, written, at)
    return folder, written


def _write(folder: Path, at: datetime.datetime, salt: bytes, keys: sealing.Keys | None) -> manifest.Manifest:
    dump, version = programs.program("pg_dump")
    files = [_seal_file(folder, path, keys) for path in sorted(Path(settings.AUDIT_SEAL_DIR).glob("seals-*.jsonl"))]
    applied = _migrations()
    files.append(_keep(folder, manifest.DATABASE, _dumped(dump), keys))
    made = manifest.Manifest(
        made_at=at.isoformat(),
        application=settings.APPLICATION_VERSION,
        server=str(programs.server_version()),
        program=version,
        migrations=applied,
        files=tuple(files),
        encrypted=keys is not None,
        salt=salt.hex(),
    ).signed(keys)
    _write_private(folder / manifest.NAME, [made.text().encode()])
    return made


def _seal_file(folder: Path, path: Path, keys: sealing.Keys | None) -> manifest.KeptFile:
    return _keep(folder, f"seals/{path.name}", manifest.blocks(path), keys)


def _keep(folder: Path, name: str, chunks: Iterable[bytes], keys: sealing.Keys | None) -> manifest.KeptFile:
    path = folder / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    digest, size = _write_private(path, sealing.encrypted(chunks, keys, name) if keys else chunks)
    return manifest.KeptFile(name, digest, size)


def _write_private(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write a file that only this user may read, down to the disk; answers its SHA-256 and size."""
    made, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            made.update(chunk)
            size += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return made.hexdigest(), size


def _dumped(dump: Path) -> Iterator[bytes]:
    """The dump as it is made. Raises BackupProblem with the program's last words when it fails."""
    arguments = [str(dump), "--format=custom", "--no-password", "--lock-wait-timeout=60000"]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, env=programs.environment()
        )
        try:
            yield from iter(partial(process.stdout.read, _BLOCK), b"")  # type: ignore[union-attr]
        except BaseException:
            process.kill()
            raise
        finally:
            status = process.wait()
        if status:
            words.seek(0)
            said = words.read().decode(errors="replace").strip()
            raise BackupProblem(f"pg_dump failed: {said.splitlines()[-1] if said else 'it said nothing'}")


def _migrations() -> tuple[str, ...]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            raise BackupProblem("The database has no tables: there is nothing to back up.")
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return tuple(row[0] for row in cursor.fetchall())


def _record(folder: Path, made: manifest.Manifest, at: datetime.datetime) -> None:
    digest = hashlib.sha256(made.text().encode()).hexdigest()
    Backup.objects.using("owner").create(
        began_at=at, how=Backup.DUMP, name=folder.name, bytes=made.size, encrypted=made.encrypted, manifest_sha256=digest
    )


def record_elsewhere(words: str) -> Backup:
    """Write down that other means made a backup just now (base backup, snapshot). Raises BackupProblem without words."""
    said = " ".join(words.split())[:120]
    if not said:
        raise BackupProblem("Say what made the backup.")
    return Backup.objects.using("owner").create(began_at=clock.now(), how=Backup.ELSEWHERE, name=said)
