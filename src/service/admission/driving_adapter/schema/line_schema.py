"""What the endpoints of waiting lines answer."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from src.platform.http.schema import Count, Id, Position, absent
from src.service.admission.domain.line import LinePhase
from src.service.admission.domain.place import PlaceState


class PlaceResponse(BaseModel):
    """A buyer's place. What does not apply in its state is not there."""

    event_id: Id
    state: PlaceState
    entry: Annotated[Position, Field(description="Counts those who join, from 1.")]
    number: Annotated[
        Position,
        Field(
            default_factory=absent,
            description="The number that is called; known from the opening on.",
        ),
    ]
    ahead: Annotated[
        Count, Field(default_factory=absent, description="How many numbers come before it.")
    ]
    estimated_wait_seconds: Annotated[Count, Field(default_factory=absent)]
    pass_until: Annotated[
        datetime, Field(default_factory=absent, description="Until when seats may be reserved.")
    ]


_HEX = "^[0-9a-f]{64}$"


class LineMessage(BaseModel):
    """What a stream of a line says: the same to everybody. Whose number is greater than `serving` has
    `number - serving - 1` numbers ahead."""

    event_id: Id
    phase: LinePhase
    opens_at: datetime | None
    joined: Count
    gathered: Annotated[
        Count, Field(description="How many joined before the opening; their entries are shuffled.")
    ]
    serving: Annotated[Count, Field(description="The last number that was let in.")]
    per_minute: Position
    seed_hash: Annotated[str, Field(pattern=_HEX, description="SHA-256 of the seed's 32 bytes.")]
    seed: Annotated[
        str | None, Field(pattern=_HEX, description="Null until the opening, then hexadecimal.")
    ]
