"""Port: the topics on which other systems follow one event."""

from typing import Protocol


class EventTopicSetupError(Exception):
    """The topics could not be set up. The event itself is not harmed by it."""


class EventTopicSetup(Protocol):
    """Sets up the topics of a new event."""

    async def set_up_topics(self, event_id: int) -> None:
        """Create the event's topics; do nothing for those that exist. Raise EventTopicSetupError."""
