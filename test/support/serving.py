"""A program that serves the tiny app: `python -m test.support.serving PROCESSES FACTORY`.

Its settings come from the environment. It prints its URL when it takes connections.
"""

import sys

from src.platform.settings import Settings
from src.server.serve import serve


def main(processes: str, factory: str) -> int:
    def ready(url: str) -> None:
        print(url, flush=True)  # noqa: T201

    return serve(Settings(), f"test.support.tiny_app:{factory}", int(processes), on_ready=ready)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
