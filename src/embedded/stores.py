"""The stores of an instance: those that its settings name, or its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from src.embedded.errors import ExtraMissingError
from src.embedded.signals import exit_on_signals, uninterrupted
from src.platform.settings import Settings


@contextmanager
def running_stores(settings: Settings) -> Iterator[Settings]:
    """Yield settings that name every store and the secret, with those stores running.

    Embedded servers are started by the first process that needs them, used by every other one with
    the same data directory, and stopped by the last to leave, however it leaves. Those that a killed
    process left behind are taken over. Stores named by the settings are used as they are.
    """
    if not settings.embedded:
        yield settings.require_stores()
        return
    try:
        # Here, because only this needs the packages of the extra `embedded`.
        from src.embedded.own_stores import OwnStores
    except ModuleNotFoundError as error:
        raise ExtraMissingError(error.name) from error
    with exit_on_signals():
        stores = OwnStores(settings)
        try:
            yield stores.join()
        finally:
            with uninterrupted():
                stores.leave()
