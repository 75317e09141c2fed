"""Check that the waiting lines are what they must be."""

from src.service.admission.app.interface.line_audit import LineAudit


class VerifyLinesUseCase:
    def __init__(self, audit: LineAudit) -> None:
        self._audit = audit

    async def execute(self) -> list[str]:
        """Return one line for each contradiction; none means that all is well."""
        return [
            wrong async for record in self._audit.records() for wrong in record.contradictions()
        ]
