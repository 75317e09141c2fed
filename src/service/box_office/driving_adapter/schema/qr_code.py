"""A ticket's code as a picture that a camera reads."""

import io

import segno

from src.service.box_office.domain.ticket_code import TicketCode

# In modules, as the standard wants it.
_QUIET_ZONE = 4


def qr_code(code: TicketCode) -> bytes:
    """SVG, black on white whatever is around it, which grows with its frame. It can be read with a
    quarter of it dirty, folded or torn off."""
    drawn = io.BytesIO()
    segno.make_qr(str(code), error="q").save(
        drawn,
        kind="svg",
        border=_QUIET_ZONE,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
        omitsize=True,
    )
    return drawn.getvalue()
