"""What a service says of itself to Prometheus."""

from test.support.api import ApiClient


def metric(visitor: ApiClient, name: str) -> float:
    """A metric's value, by its name and labels as they are written; 0 before it was counted first."""
    for line in visitor.get("/metrics").text.splitlines():
        if line.startswith(f"{name} "):
            return float(line.rpartition(" ")[2])
    return 0.0
