"""What is known of events, in place of the use case."""

import asyncio

from src.web.event_facts import EventFacts, EventFactsSource

FACTS = EventFacts(7, "Jazz", "Late", "Arena", 900, 2000, seats_left=True)


class FakeFacts(EventFactsSource):
    """Answers with `found`, raises it, or, while it is None, says nothing."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.found: EventFacts | Exception | bool = FACTS
        self.answers = asyncio.Event()
        self.answers.set()

    async def find(self, event_id: int) -> EventFacts | None:
        self.asked.append(event_id)
        await self.answers.wait()
        if isinstance(self.found, Exception):
            raise self.found
        return self.found if isinstance(self.found, EventFacts) else None
