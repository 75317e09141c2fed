"""A program that serves the tiny app: `python -m test.support.serving PROCESSES FACTORY`.

Its settings come from the environment. It prints its URL when it takes connections.
"""

import sys

from src.platform.server import serve
from src.platform.settings import Settings


def main(processes: str, factory: str) -> int:
    def ready(url: str) -> None:
        print(url, flush=True)  # noqa: T201

    return serve(
        Settings(), int(processes), app_factory=f"test.support.tiny_app:{factory}", on_ready=ready
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
