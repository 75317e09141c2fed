"""A seating configuration as JSON."""

import json

from src.service.shared_kernel.seating_config_json import (
    seating_config_from_json,
    seating_config_to_json,
)
from test.fake.people import HOUSE


def test_a_configuration_survives_being_stored() -> None:
    stored = json.dumps(seating_config_to_json(HOUSE))

    assert seating_config_from_json(json.loads(stored)) == HOUSE
