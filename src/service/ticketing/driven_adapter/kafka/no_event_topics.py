"""For a service without Kafka."""


class NoEventTopics:
    """An EventTopicSetup that has nothing to set up."""

    async def set_up_topics(self, event_id: int) -> None:
        """Do nothing."""
