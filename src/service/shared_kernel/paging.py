"""Lists that come a page at a time, newest first."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

DEFAULT_PAGE = 50
MAX_PAGE = 200


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Page(Generic[T]):
    """Some items, and the cursor of the next page when there is one."""

    items: tuple[T, ...]
    next_cursor: str | None
