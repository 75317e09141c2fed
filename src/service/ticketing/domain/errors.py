"""What can go wrong with an event."""


class StatusChangeError(Exception):
    """The event's status does not lead to the one asked for."""


class CreationOverdueError(Exception):
    """Creating took longer than a draft may last: it was removed, and nothing of it is left."""
