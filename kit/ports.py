"""Loopback ports."""

import socket

_kept: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody else is given while this process lives.

    A server that sets SO_REUSEADDR can listen there, and again after it has ended; meanwhile
    connections are refused.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    _kept.append(kept)
    return int(kept.getsockname()[1])
