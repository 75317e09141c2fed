"""Secrets stay out of logs and of what is printed of the settings."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from src.platform.logging import configure_logging
from src.platform.settings import Settings

_SECRET = "hunter2-" + "x" * 30


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_settings_can_be_printed() -> None:
    url = f"postgresql://ticketing:{_SECRET}@db/ticketing"
    settings = Settings(
        database_url=url,
        kvrocks_url=url,
        redis_url=url,
        jwt_secret=_SECRET,  # type: ignore[arg-type]
    )

    assert _SECRET not in f"{settings!r} {settings}"
    assert "jwt_secret" in repr(settings)


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_logged_error_does_not_show_what_was_in_variables(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(Settings(log_format=form))  # type: ignore[arg-type]

    def fail(password: str) -> None:
        raise ValueError("something else" + password[:0])

    try:
        fail(_SECRET)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("failed")
        structlog.get_logger("src").exception("failed")

    logged = capsys.readouterr().err
    assert logged.count("something else") >= 2
    assert _SECRET not in logged
