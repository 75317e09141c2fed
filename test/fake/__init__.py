"""In-memory stand-ins for the ports: they behave as the stores do and fail when told to."""
