"""Loopback ports."""

import contextlib
import socket

_kept: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody else is given while this process lives.

    A server that sets SO_REUSEADDR can listen there, and again after it has ended; meanwhile
    connections are refused.
    """
    return _keep(0)


def free_port_with(offset: int) -> int:
    """A port like that, where the one that is so much higher is one as well."""
    while True:
        port = free_port()
        # Another program may have it, or there is no port with that number.
        with contextlib.suppress(OSError, OverflowError):
            _keep(port + offset)
            return port


def _keep(port: int) -> int:
    kept = socket.socket()
    try:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", port))
    except (OSError, OverflowError):
        kept.close()
        raise
    _kept.append(kept)
    return int(kept.getsockname()[1])
