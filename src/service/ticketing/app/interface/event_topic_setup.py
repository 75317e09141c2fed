"""Port: the topic on which other programs follow what happens to events."""

from typing import Protocol


class EventTopicSetupError(Exception):
    """The topic could not be set up. No event is harmed by it."""


class EventTopicSetup(Protocol):
    """Sets up the topic of all events."""

    async def set_up_topic(self) -> None:
        """Create the topic, or find it. Raise EventTopicSetupError."""
