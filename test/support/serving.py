"""A program that serves the tiny app. Its settings come from the environment; it prints its URL when
it takes connections."""

import sys

from src.platform.settings import Settings
from src.server.serve import serve


def main(processes: int, factory: str) -> None:
    def ready(url: str) -> None:
        print(url, flush=True)  # noqa: T201

    sys.exit(serve(Settings(), f"test.support.tiny_app:{factory}", processes, on_ready=ready))
