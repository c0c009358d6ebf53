"""Backup and restore: one folder with the database, the seals of the history and a manifest (docs/operating.md)."""

from .making import back_up, record_elsewhere
from .manifest import Manifest, read_manifest
from .problems import BackupProblem
from .restoring import restore

__all__ = ["BackupProblem", "Manifest", "back_up", "read_manifest", "record_elsewhere", "restore"]
