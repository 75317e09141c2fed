"""The SQL of one page of events."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from src.platform.database import Statement
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.event_directory import EventStatus
from src.service.ticketing.app.interface.event_list import EventCursor, EventFilter

_NOT_A_DRAFT = f"event.status <> '{EventStatus.DRAFT}'"
_WILDCARD = re.compile(r"[\\%_]")
_AFTER_START = f"""
    ({sql_rules.starts_at()}, -event.id)
    > (coalesce(CAST(:after_start AS timestamptz), 'infinity'), -CAST(:after_id AS bigint))
"""


@dataclass(frozen=True, slots=True)
class EventPageQuery:
    """Up to `limit` events, and one more if there is one. Queries of the same page are equal."""

    filter: EventFilter
    limit: int
    after: EventCursor | None

    @property
    def is_search(self) -> bool:
        """Whether it is one of countless different ones."""
        wanted = self.filter
        return bool(wanted.words or wanted.starts_after or wanted.starts_before)

    @property
    def rows(self) -> str:
        """SQL for the rows in their order, each with its version, which changes with every change of
        the row."""
        conditions = " AND ".join(condition for condition, _ in self._conditions())
        return f"""
            SELECT *, xmin::text AS row_version FROM event WHERE {conditions}
            ORDER BY {self._order("event")} LIMIT :limit
        """  # noqa: S608 - made of constants  # nosec

    @property
    def versions(self) -> Statement:
        """For all ids and versions in one text: nothing is cheaper to read and to compare."""
        return _versions_of(self.rows, self._order("page"))

    @property
    def parameters(self) -> dict[str, Any]:
        values: dict[str, Any] = {"limit": self.limit + 1}
        for _, more in self._conditions():
            values |= more
        return values

    def _order(self, table: str) -> str:
        by_start = f"{sql_rules.starts_at(table)}, -{table}.id"
        return by_start if self.filter.by_start else f"{table}.id DESC"

    def _conditions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each with its parameters."""
        wanted, after = self.filter, self.after
        yield (sql_rules.purchasable() if wanted.only_purchasable else _NOT_A_DRAFT), {}
        if wanted.seller_id is not None:
            yield "event.seller_id = :seller_id", {"seller_id": wanted.seller_id}
        if wanted.words:
            patterns = [f"%{_WILDCARD.sub(_escaped, word)}%" for word in wanted.words]
            yield "event.search_text LIKE ALL (CAST(:patterns AS text[]))", {"patterns": patterns}
        if wanted.starts_after is not None:
            # The second part is for the index alone.
            yield (
                f"event.starts_at >= :starts_after AND {sql_rules.starts_at()} >= :starts_after",
                {"starts_after": wanted.starts_after},
            )
        if wanted.starts_before is not None:
            before = f"{sql_rules.starts_at()} < :starts_before"
            yield before, {"starts_before": wanted.starts_before}
        if wanted.not_begun:
            yield f"NOT {sql_rules.has_begun()}", {}
        if after is not None and wanted.by_start:
            yield _AFTER_START, {"after_start": after.starts_at, "after_id": after.id}
        elif after is not None:
            yield "event.id < :after_id", {"after_id": after.id}


def _escaped(wildcard: re.Match[str]) -> str:
    return f"\\{wildcard[0]}"


# There are as many as filters have shapes: what differs otherwise is in the parameters.
@cache
def _versions_of(rows: str, order: str) -> Statement:
    return Statement(
        "compare a list of events",
        f"""SELECT string_agg(id || ':' || row_version, ',' ORDER BY {order}) AS versions
            FROM ({rows}) AS page""",  # noqa: S608 - made of constants  # nosec
    )
