"""Documents with figures: what a run prints stands between two marks, what people write around."""

_END = "<!-- end -->\n"


def saved(document: str, report: str, *, begin: str) -> str:
    """Return the document with this report in the place of the last one."""
    before, found, rest = document.partition(begin)
    _, end, after = rest.partition(_END)
    if not found or not end:
        raise ValueError(f"The document has lost its marks {begin.strip()} and {_END.strip()}.")
    return f"{before}{begin}\n{report}\n{_END}{after}"
