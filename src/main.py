"""The ASGI entry point, for any server that takes a factory: `uvicorn --factory src.main:app`."""

from fastapi import FastAPI

from src.platform.app import create_app
from src.platform.settings import Settings


def app() -> FastAPI:
    """The service with the settings that the environment gives."""
    return create_app(Settings().require_stores())
