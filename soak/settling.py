"""What is wrong still, after the time in which everything must have settled."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from soak.check import stores_disagree
from src.platform.settings import Settings

# Normal service must be back within this time, by itself.
RECOVERY_SECONDS = 5.0
_POLL_SECONDS = 0.1


async def _nobody() -> list[str]:
    return []


async def settled(
    settings: Settings, slack: float, who_was_misled: Callable[[], Awaitable[list[str]]] = _nobody
) -> list[str]:
    """Wait until stores and clients agree; say what is wrong if they never do."""
    deadline = time.monotonic() + seconds_to_settle(settings, slack)
    while True:
        late = time.monotonic() > deadline
        wrong = await stores_disagree(settings)
        # To ask as the clients would is much more work, and no use before the stores agree.
        if late or not wrong:
            wrong += await who_was_misled()
        if late or not wrong:
            return wrong
        await asyncio.sleep(_POLL_SECONDS)


def seconds_to_settle(settings: Settings, slack: float = 1.0) -> float:
    """After what time at the latest holds and drafts have ended and the reconciler has gone round."""
    return (
        max(settings.hold_ttl_seconds + settings.pending_ttl_seconds, settings.draft_ttl_seconds)
        + 2 * settings.reconcile_interval_seconds
        + RECOVERY_SECONDS * slack
    )
