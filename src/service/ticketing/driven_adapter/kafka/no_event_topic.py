"""For a service without Kafka."""

from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetup


class NoEventTopic(EventTopicSetup):
    """Has nothing to set up."""

    async def set_up_topic(self) -> None:
        pass
