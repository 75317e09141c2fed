"""Serving the service over HTTP, by one process or several."""

import resource
import socket
from collections.abc import Callable

from src.platform.settings import Settings
from src.server import http_server, workers
from src.server.listener import listen, url_of


def serve(
    settings: Settings,
    app_factory: str,
    processes: int = 1,
    *,
    listener: socket.socket | None = None,
    on_ready: Callable[[str], None] = lambda _url: None,
) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code, 0 after such an end.

    settings must name every store. on_ready is called with the URL once connections are taken.
    Raises CannotListenError, unless the caller brings a listener that is bound already.
    """
    _allow_many_connections()
    with listener or listen(settings) as bound:
        url = url_of(bound)
        if processes == 1:
            return http_server.run(settings, bound, app_factory, on_ready=lambda: on_ready(url))
        return workers.supervise(
            settings, bound, app_factory, count=processes, on_ready=lambda: on_ready(url)
        )


def _allow_many_connections() -> None:
    """Raise the limit of open files, of which each connection is one, as far as we may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    except (OSError, ValueError):  # macOS allows less than it says
        return
