"""A program that uses the embedded stores: `python -m test.support.using_stores DATA_DIR`.

It prints a line of JSON when they run, and ends when its input does, or by a signal.
"""

import json
import sys
from pathlib import Path

from src.embedded.stores import running_stores
from src.platform.settings import Settings


def main(data_dir: str) -> None:
    with running_stores(Settings(data_dir=Path(data_dir))) as settings:
        assert settings.jwt_secret
        ready = {
            "database_url": settings.database_url,
            "kvrocks_url": settings.kvrocks_url,
            "redis_url": settings.redis_url,
            "jwt_secret": settings.jwt_secret.get_secret_value(),
        }
        print(json.dumps(ready), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
