"""Serves a floor with the service's own server: `python -m bench.floor_server FACTORY`."""

import sys

from src.platform.settings import Settings
from src.server.serve import serve


def main(factory: str) -> int:
    def announce(url: str) -> None:
        print(url, flush=True)  # noqa: T201

    return serve(Settings(), app_factory=f"bench.floor_apps:{factory}", on_ready=announce)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
