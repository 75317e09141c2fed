"""A seating configuration as JSON: in the event's row, in answers, in the layout in Kvrocks."""

from typing import Any

from src.service.shared_kernel.seating import SeatingConfig, Section


def seating_config_to_json(config: SeatingConfig) -> dict[str, Any]:
    return {
        "rows": config.rows,
        "cols": config.cols,
        "sections": [
            {"name": s.name, "price": s.price, "subsections": s.subsections}
            for s in config.sections
        ],
    }


def seating_config_from_json(stored: dict[str, Any]) -> SeatingConfig:
    return SeatingConfig(
        stored["rows"],
        stored["cols"],
        tuple(Section(s["name"], s["price"], s["subsections"]) for s in stored["sections"]),
    )
