"""What goes wrong with an embedded server."""


class EmbeddedServerError(Exception):
    """An embedded server cannot be started or used; the text says why and what to do."""
