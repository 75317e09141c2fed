"""What can go wrong with an event."""


class StatusChangeError(Exception):
    """The event's status does not lead to the one asked for."""
