"""The socket that the service listens on."""

import errno
import socket
from typing import Any

from src.platform.settings import Settings


class CannotListenError(Exception):
    """The address cannot be listened on; the text says why and what to do."""


def listen(settings: Settings) -> socket.socket:
    """Bind the settings' host and port; raise CannotListenError when that fails.

    Connections are refused until a server is ready for them. They inherit the socket's options.
    """
    try:
        family, _, _, _, address = _resolve(settings.host, settings.port)
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                # Frees a connection whose client takes no bytes, which no timer of ours can see.
                milliseconds = settings.sse_send_timeout_seconds * 1000
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
            listener.bind(address)
        except BaseException:
            listener.close()
            raise
    except UnicodeError as error:
        raise CannotListenError(f"HOST: {settings.host} is no host name.") from error
    except OSError as error:
        raise CannotListenError(_explain(error, settings)) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """The http:// URL of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _resolve(host: str, port: int) -> tuple[Any, ...]:
    """The first address of host, IPv4 before IPv6, as most clients take `localhost`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return min(found, key=lambda entry: entry[0] != socket.AF_INET)


def _explain(error: OSError, settings: Settings) -> str:
    where = f"port {settings.port} of {settings.host}"
    if error.errno == errno.EADDRINUSE:
        another = settings.port + 1 if settings.port < 65535 else 8000
        return (
            f"Another program listens on {where}: stop it, or choose another port, "
            f"for example PORT={another}."
        )
    if error.errno == errno.EACCES:
        return f"This account may not listen on {where}: choose a PORT above 1023."
    return f"Cannot listen on {where} ({error.strerror}): set HOST to an address of this machine."
