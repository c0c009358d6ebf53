"""Reading a password without showing it."""

import getpass
import sys

from django.core.management.base import CommandError


def read_password(prompt: str) -> str:
    """From the terminal twice, unseen; from a pipe one line. Raises CommandError when they differ or nothing comes."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"{prompt}: ")
        if getpass.getpass("Again: ") != password:
            raise CommandError("The two passwords differ.")
    if not password:
        raise CommandError("No password was given.")
    return password
