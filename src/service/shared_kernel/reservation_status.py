"""What may have become of a reservation."""

from enum import StrEnum

from src.service.shared_kernel.seating import SeatStatus


class ReservationStatus(StrEnum):
    """RELEASED, EXPIRED and CANCELLED are final; what is CONFIRMED can only be CANCELLED."""

    RESERVED = "reserved"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def seat_status(self) -> SeatStatus:
        """The state that such a reservation gives its seats."""
        return _SEAT_STATUS[self]


_SEAT_STATUS = {
    ReservationStatus.RESERVED: SeatStatus.RESERVED,
    ReservationStatus.CONFIRMED: SeatStatus.SOLD,
    ReservationStatus.RELEASED: SeatStatus.AVAILABLE,
    ReservationStatus.EXPIRED: SeatStatus.AVAILABLE,
    ReservationStatus.CANCELLED: SeatStatus.AVAILABLE,
}
