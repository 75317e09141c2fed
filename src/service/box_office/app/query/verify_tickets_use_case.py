"""Check that the check-ins are what they must be."""

from src.service.box_office.app.interface.ticket_audit import TicketAudit


class VerifyTicketsUseCase:
    def __init__(self, audit: TicketAudit) -> None:
        self._audit = audit

    async def execute(self) -> list[str]:
        """Return one line for each contradiction; none means that all is well."""
        return list(await self._audit.contradictions())
