"""spec/BENCHMARK.md: what a run prints stands between two marks, what people write around them."""

_BEGIN = "<!-- made by `make bench SAVE=1` -->\n"
_END = "<!-- end -->\n"


def saved(document: str, report: str) -> str:
    """Return the document with this report in the place of the last one."""
    before, begin, rest = document.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"The document has lost its marks {_BEGIN.strip()} and {_END.strip()}.")
    return f"{before}{_BEGIN}\n{report}\n{_END}{after}"
