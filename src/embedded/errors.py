"""What goes wrong with an embedded server."""


class EmbeddedServerError(Exception):
    """An embedded server cannot be started or used; the text says why and what to do."""


class ExtraMissingError(EmbeddedServerError):
    """A module of the extra `embedded` is not installed."""

    def __init__(self, module: str | None) -> None:
        package = (module or "a package").partition(".")[0]
        super().__init__(
            "None of DATABASE_URL, KVROCKS_URL and REDIS_URL is set, so the service would bring its "
            f"own stores; but {package} is not installed. Name the three stores, or install "
            "requirements-embedded.lock (the extra `embedded`)."
        )
