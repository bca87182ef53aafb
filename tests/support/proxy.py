"""A proxy that lets nothing through and writes down who was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

METHODS = ("CONNECT", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


@dataclass
class Refusing:
    """The proxy while it runs: its address `host:port` and what it refused, one line each (`METHOD target`)."""

    address: str
    refused: list[str] = field(default_factory=list)


@contextmanager
def refusing() -> Iterator[Refusing]:
    """Runs the proxy on a free port of this machine; every request is answered 403 and written down.

    A browser that is told to use it sends it all requests except those to loopback addresses, and leaves the
    looking up of names to it, so that what it has not seen did not leave the machine.
    """

    class Handler(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            proxy.refused.append(f"{self.command} {self.path}")
            self.send_error(403, "this proxy lets nothing through")

        def log_message(self, format: str, *args: object) -> None:
            pass

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.refuse)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy = Refusing("{}:{}".format(*server.server_address[:2]))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
