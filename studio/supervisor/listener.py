"""The socket of the web server.

The supervisor opens it and the server inherits it: a request that comes while the server starts
again waits for a moment and is then answered.
"""

from __future__ import annotations

import errno
import socket
import time

from django.conf import settings

BACKLOG = 2048
PATIENCE = 1.0


class NoAddress(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises NoAddress."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return _open(host, port)
        except OSError as error:
            # The server of a studio that was killed just now may take a moment to go.
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise NoAddress(_explain(host, port, error)) from error
        time.sleep(0.1)


def _open(host: str, port: int) -> socket.socket:
    kind = socket.SOCK_STREAM
    family, *_, address = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def _explain(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is taken by another program. Choose another: PORT={port + 1}"
        case errno.EACCES:
            return f"Port {port} may be used by the administrator only. Choose one above 1023."
        case _:
            return f"Cannot listen on HOST={host} PORT={port}: {error.strerror}"


def address_of(host: str, port: int) -> str:
    """What a person types into the browser: the name given for HTTPS, else where it listens."""
    named = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    if settings.HTTPS and named:
        return f"https://{named[0]}"
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
