#!/usr/bin/env python
"""Run the project's commands: ``python manage.py help`` lists them."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError, connection


def main() -> int:
    """Run the command of the arguments; where the database cannot be reached, one sentence says so."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_workflow.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if connection.connection is not None:
            raise
        said = str(error).strip().splitlines()[0]
        sys.stderr.write(f"The database cannot be reached: {said}\n")
        sys.stderr.write("Start the hospital (make demo), or say in DATABASE_URL where its database is.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
