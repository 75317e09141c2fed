"""A ticket's code as a picture."""

import re
from xml.etree import ElementTree as ET

from src.service.box_office.domain.ticket_code import TicketCode
from src.service.box_office.driving_adapter.schema.qr_code import qr_code

CODE = TicketCode(4, 123456789)
SVG = "{http://www.w3.org/2000/svg}"


def test_is_black_on_white_with_a_quiet_zone() -> None:
    svg = ET.fromstring(qr_code(CODE))
    ground, modules = svg.findall(f"{SVG}path")

    assert svg.get("viewBox") == "0 0 33 33"  # 25 modules and four on each side
    assert svg.get("width") is None
    assert (ground.get("fill"), ground.get("d")) == ("#fff", "M0 0h33v33h-33z")
    assert modules.get("stroke") == "#000"
    assert (modules.get("d") or "").startswith("M4 4.5h7")  # a finder, in the corner


def test_has_nothing_that_a_page_would_have_to_allow() -> None:
    text = qr_code(CODE).decode()

    assert not re.search(r"style|script|class|href|on[a-z]+=", text)


def test_another_code_is_another_picture() -> None:
    assert qr_code(CODE) == qr_code(CODE)
    assert qr_code(CODE) != qr_code(TicketCode(4, 123456788))
