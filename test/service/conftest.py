"""What the contexts' tests share."""

from collections.abc import Callable

import pytest

from src.platform.settings import Settings


@pytest.fixture(scope="module")
def database_url(new_settings: Callable[..., Settings]) -> str:
    """A database that the tests of one module share."""
    url = new_settings().database_url
    assert url
    return url
