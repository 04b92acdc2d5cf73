"""The port the desk answers on, taken by ourselves: what uvicorn says of one it cannot have is a traceback."""

import errno
import socket

from core.errors import ConfigurationError
from core.show import text


def taken(host: str, port: int) -> socket.socket:
    """Takes the port for this process; an IPv4 address where the host has both. Raises ConfigurationError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, place = min(found, key=lambda one: one[0] is not socket.AF_INET)
        door = socket.socket(family, kind, protocol)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(place)
    except OSError as error:
        raise _refused(host, port, error) from error
    return door


def _refused(host: str, port: int, error: OSError) -> ConfigurationError:
    if error.errno == errno.EADDRINUSE:
        said = text("Port {port} is taken by another program. Set HTTP_PORT to a free one.", port=str(port))
    else:
        said = text(
            "The desk cannot listen on {host}, port {port} ({why}). See HTTP_HOST and HTTP_PORT.",
            host=host, port=str(port), why=error.strerror or str(error),
        )  # fmt: skip
    return ConfigurationError(said)
