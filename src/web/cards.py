"""The pictures that networks show where the address of an event is shared: its poster as PNG."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from src.platform.batching import CoalescedReads
from src.platform.recently_used import RecentlyUsed
from src.service.shared_kernel.lane import Lane, overloaded
from src.web.poster import poster

CARD_WIDTH, CARD_HEIGHT = 1200, 630
# What people want here, for the sentence that refuses them.
PURPOSE = "see this picture"
PROGRAM = Path(__file__).with_name("rasterize.py")

# Of 4 to 50 KB each.
_BYTES_KEPT = 2 * 1024 * 1024
# Drawing takes a tenth of a second, and more while the machine is busy.
_LONGEST_QUEUE_SECONDS = 3.0
_LONGEST_DRAWING_SECONDS = 10.0

Rasterize = Callable[[str], Coroutine[Any, Any, bytes]]


async def rasterize(svg: str) -> bytes:
    """Return the SVG as PNG, drawn by a process of its own. Raises OverloadedError when the machine has
    no time for it."""
    return await asyncio.to_thread(_rasterize, svg)


def _rasterize(svg: str) -> bytes:
    try:
        return subprocess.run(  # noqa: S603 - our own command line  # nosec B603
            [sys.executable, "-I", str(PROGRAM)],
            input=svg.encode(),
            capture_output=True,
            check=True,
            timeout=_LONGEST_DRAWING_SECONDS,
        ).stdout
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr.decode(errors="replace"))
        raise
    except subprocess.TimeoutExpired:
        raise overloaded(PURPOSE) from None


class Cards:
    """Draws one card at a time and keeps those that were asked for last. All who ask for the same
    meanwhile get the same."""

    def __init__(self, rasterize: Rasterize = rasterize) -> None:
        self._rasterize = rasterize
        self._kept: RecentlyUsed[str, bytes] = RecentlyUsed(_BYTES_KEPT)
        self._lane = Lane(PURPOSE, at_once=1, timeout=_LONGEST_QUEUE_SECONDS)
        self._drawings = CoalescedReads(
            self._draw,
            timeout=_LONGEST_QUEUE_SECONDS + _LONGEST_DRAWING_SECONDS,
            on_timeout=lambda: overloaded(PURPOSE),
        )

    async def get(self, name: str) -> bytes:
        """Return the card of the event with this name, as PNG. Raises OverloadedError."""
        return self._kept.get(name) or await self._drawings.get(name)

    async def _draw(self, name: str) -> bytes:
        # Who came while it was drawn asks again.
        kept = self._kept.get(name)
        if kept is not None:
            return kept
        svg = poster(name, CARD_WIDTH, CARD_HEIGHT)
        card = await self._lane.run(partial(self._rasterize, svg))
        self._kept.put(name, card, len(card))
        return card
