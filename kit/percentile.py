"""A percentile of measured values."""

import math


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of all values do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]
