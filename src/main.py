"""The ASGI entry point, for any server that takes a factory: `uvicorn --factory src.main:app`."""

import sys

from fastapi import FastAPI

from src.bootstrap.app import create_app
from src.platform.settings import SettingError, Settings


def app() -> FastAPI:
    """The service with the settings that the environment gives; a mistake in them exits with 2."""
    try:
        settings = Settings.read().require_stores()
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    return create_app(settings)
