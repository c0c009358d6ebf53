"""Restoring a backup into an empty database: everything is looked at first, loaded in one transaction, and verified."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from coding_workflow.database.services import provision

from . import manifest, programs, sealing
from .problems import BackupProblem

_ANYTHING: Final = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
_RESTORE: Final = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments", "--no-password")


def restore(place: Path, *, key: str = "") -> manifest.Manifest:
    """Load a backup into the empty database that the settings name, bring it up to date, grant, and end all sessions.

    Raises BackupProblem, with the database as empty as before, when a byte of the backup was changed, the key is missing
    or another, the database holds anything, the backup is of a newer version, or loading fails. Seals are put back where
    there are none; seals that are there are left: they may know more than the backup. Verifying is the caller's
    (``verify``): what it finds does not undo the restore.
    """
    folder = place if place.is_dir() else place.parent
    found = manifest.read_manifest(place)
    keys = _keys(found, key)
    manifest.check_files(folder, found)
    _check_version(found)
    _check_empty()
    _load(folder, found, keys)
    provision(verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
    _put_seals_back(folder, found, keys)
    return found


def verify() -> None:
    """Every chain of events, the seals, and every release certificate. Raises CommandError when one does not hold."""
    # By name: the history and the releases are other rooms' business.
    call_command("verify_audit")
    call_command("verify_release")


def _keys(found: manifest.Manifest, key: str) -> sealing.Keys | None:
    if not found.encrypted:
        return None
    if not key:
        raise BackupProblem("This backup is encrypted: set BACKUP_KEY to the words it was made with.")
    keys = sealing.derive(key, bytes.fromhex(found.salt))
    manifest.check_signature(found, keys)
    return keys


def _check_version(found: manifest.Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    newer = sorted(set(found.migrations) - known)
    if newer:
        raise BackupProblem(f"This backup was made by a newer version ({newer[0]}): restore it with that version.")


def _check_empty() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(_ANYTHING)
        if cursor.fetchone()[0]:
            raise BackupProblem("The database is not empty: name an empty one. Nothing is ever restored over what is there.")


def _load(folder: Path, found: manifest.Manifest, keys: sealing.Keys | None) -> None:
    tool, _ = programs.program("pg_restore")
    values = programs.environment()
    arguments = [str(tool), *_RESTORE, f"--dbname={values['PGDATABASE']}"]
    for connection in connections.all():
        connection.close()
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=values
    ) as process:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        try:
            # It may have given up before the end; its last words say why.
            with suppress(BrokenPipeError):
                for chunk in _plain(folder, manifest.DATABASE, keys):
                    process.stdin.write(chunk)
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace").strip()
        if process.wait():
            raise BackupProblem(f"The database could not be loaded: {said.splitlines()[0] if said else 'it said nothing'}")


def _plain(folder: Path, name: str, keys: sealing.Keys | None) -> Iterator[bytes]:
    chunks = manifest.blocks(folder / name)
    return sealing.decrypted(chunks, keys, name) if keys else chunks


def _put_seals_back(folder: Path, found: manifest.Manifest, keys: sealing.Keys | None) -> None:
    home = Path(settings.AUDIT_SEAL_DIR)
    home.mkdir(parents=True, exist_ok=True)
    if any(home.glob("seals-*.jsonl")):
        return
    for each in found.files:
        if each.name.startswith("seals/"):
            with (home / Path(each.name).name).open("wb") as file:
                file.writelines(_plain(folder, each.name, keys))
