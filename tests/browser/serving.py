"""The application served to a browser by threads of the test process, over the test's own database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler


class _Handler(QuietWSGIRequestHandler):
    def handle(self) -> None:
        """One request, and its database connection closed, so that the test's database can be dropped."""
        try:
            super().handle()
        finally:
            connections.close_all()


@contextmanager
def served() -> Iterator[str]:
    """Answer on a free port while the block runs; gives the address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Handler, ipv6=False)
    server.daemon_threads = False
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def session_cookie(client: Client, address: str) -> dict[str, str]:
    """The cookie of a signed-in test client, for a browser."""
    name = next(name for name in client.cookies if name.endswith("session"))
    return {"name": name, "value": client.cookies[name].value, "url": address}
