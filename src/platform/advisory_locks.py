"""The PostgreSQL advisory locks that the service takes. A new one is added here.

PostgreSQL keeps two sets of them apart: those named by one bigint, and those named by two integers,
of which the first is a number from this module.

    one bigint    a buyer's id: their holds are counted (function `held_seats`, migration 0002)
    RECONCILE     and an event's id: its seat state is compared and repaired
"""

from typing import Final

RECONCILE: Final = 0x5EA7
