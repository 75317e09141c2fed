"""`python -m bench [--only PART,PART] [--save]`."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.load import client_name
from bench.parts import PARTS
from bench.table import Row, markdown
from kit.document import saved
from kit.machine import description, require_linux

_DOCUMENT = Path(__file__).resolve().parents[1] / "spec" / "BENCHMARK.md"
_BEGIN = "<!-- made by `make bench SAVE=1` -->\n"


def main() -> None:
    """Measure, print the table, and put it into the document when asked."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"comma-separated, of: {', '.join(PARTS)}")
    parser.add_argument("--save", action="store_true", help=f"write {_DOCUMENT.name}")
    given = parser.parse_args()
    names = given.only.split(",") if given.only else list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if given.save and given.only:
        parser.error("what is saved is a whole run: leave out --only")
    require_linux()

    started = time.monotonic()
    rows = [row for name in names for row in _run(name)]
    report = _report(rows, time.monotonic() - started)
    sys.stdout.write(f"\n{report}")
    if given.save:
        _DOCUMENT.write_text(saved(_DOCUMENT.read_text(), report, begin=_BEGIN))


def _run(name: str) -> Sequence[Row]:
    sys.stderr.write(f"{name} ...")
    sys.stderr.flush()
    started = time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(PARTS[name]())
    sys.stderr.write(f" {time.monotonic() - started:.0f} s\n{markdown(rows)}")
    return rows


def _report(rows: Sequence[Row], seconds: float) -> str:
    facts = [
        *description(),
        f"Client of the plain answers: {client_name()}",
        f"Run: {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {seconds:.0f} s",
    ]
    return "".join(f"- {fact}\n" for fact in facts) + f"\n{markdown(rows)}"


if __name__ == "__main__":
    main()
