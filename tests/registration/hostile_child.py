"""The reader's child with a reader that does what a message says: spins, sleeps, is late, eats memory, dies, seeks secrets."""

import os
import sys
import time

from coding_workflow.registration.bounded import child


def obey(raw: bytes) -> None:
    """Do what the message says."""
    if raw == b"spin":
        while True:
            pass
    if raw == b"sleep":
        time.sleep(60)
    if raw == b"late":
        time.sleep(0.6)
    if raw == b"eat":
        bytearray(1024 * 1024 * 1024)
    if raw == b"die":
        os._exit(3)
    if raw == b"secrets" and not any("URL" in name or "SECRET" in name or "PASSWORD" in name for name in os.environ):
        try:
            with open("/tmp/of-the-child", "w") as file:
                file.write("x")
                file.flush()
        except OSError:
            os.unlink("/tmp/of-the-child")
            os._exit(4)


child.READERS = dict.fromkeys(child.READERS, (__name__, "obey"))

if __name__ == "__main__":
    child.READERS = dict.fromkeys(child.READERS, ("tests.registration.hostile_child", "obey"))
    child.main(*(int(argument) for argument in sys.argv[1:]))
