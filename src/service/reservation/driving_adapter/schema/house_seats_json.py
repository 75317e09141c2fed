"""House seats as JSON, in the shape of HouseSeatsResponse."""

import asyncio

from src.platform.http.seat_text import SEATS_IN_A_PIECE, SeatText
from src.service.reservation.domain.house_seats import HouseSeats
from src.service.shared_kernel.seating import SeatStatus


async def house_seats_body(house: HouseSeats) -> bytes:
    """There may be very many: they are made piece by piece, and others are served in between."""
    event_id, config = house.event.id, house.event.config
    reserved = SeatStatus.RESERVED.byte * config.seats_per_subsection
    pieces = []
    for subsection, places in house.places.items():
        text = SeatText(event_id, config, subsection)
        for start in range(0, len(places), SEATS_IN_A_PIECE):
            pieces.append(text.each(reserved, places[start : start + SEATS_IN_A_PIECE]).encode())
            await asyncio.sleep(0)
    return b'{"event_id":%d,"seats":[%b]}' % (event_id, b",".join(pieces))
