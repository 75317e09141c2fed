"""`python -m bench.capacity`: what a sale needs, from measured costs. With numbers of your own it
computes that sale alone."""

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.capacity.costs import Costs, CostsError, load, save
from bench.capacity.model import TOLERANCE, Hosts, limits
from bench.capacity.report import report
from bench.capacity.sale import Sale, SaleError, standard_sale
from kit.document import saved
from kit.machine import description, require_linux

_HERE = Path(__file__).parent
_COSTS = _HERE / "costs.json"
_DOCUMENT = _HERE.parents[1] / "spec" / "capacity.md"
_BEGIN = "<!-- made by `python -m bench.capacity --save` -->\n"
_BEGIN_CHECK = "<!-- made by `python -m bench.capacity --check --save` -->\n"
PEOPLE = (100_000, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    of_sale, of_hosts = _named(Sale, given), _named(Hosts, given)
    if (of_sale or of_hosts) and (given["save"] or given["check"] or given["measure"]):
        parser.error("your own numbers are not for what is measured, checked or saved")
    try:
        if given["measure"]:
            return _measure(given["costs"])
        hosts, sales = Hosts(**of_hosts), _sales(of_sale)
        costs = load(given["costs"])
        if given["check"]:
            return _check(costs, save=given["save"])
        text = report(costs, sales, hosts, limits(costs, sales[0], hosts))
    except (SaleError, CostsError) as error:
        parser.error(str(error))
    sys.stdout.write(text)
    if given["save"]:
        _write(_BEGIN, text)
    return 0


def _measure(path: Path) -> int:
    # Here, because arithmetic needs no servers.
    from bench.capacity.measure import measured_costs

    require_linux()
    save(measured_costs(), path)
    return 0


def _check(costs: Costs, *, save: bool) -> int:
    from bench.capacity.check import check

    require_linux()
    text, wrong = check(costs)
    checked = f"Checked: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    text = (
        "".join(f"- {fact}\n" for fact in (*description(), costs.made[-1], checked)) + f"\n{text}"
    )
    sys.stdout.write(text)
    if save:
        _write(_BEGIN_CHECK, text)
    if wrong:
        sys.stderr.write(f"More than {TOLERANCE:.0%} off: {', '.join(wrong)}.\n")
    return 1 if wrong else 0


def _write(begin: str, text: str) -> None:
    _DOCUMENT.write_text(saved(_DOCUMENT.read_text(), text, begin=begin))


def default_report(costs: Costs) -> str:
    """What stands in the document of these costs."""
    hosts, sales = Hosts(), [standard_sale(people) for people in PEOPLE]
    return report(costs, sales, hosts, limits(costs, sales[0], hosts))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument(
        "--costs", type=Path, default=_COSTS, metavar="FILE", help="measured costs, as JSON"
    )
    parser.add_argument("--measure", action="store_true", help="measure here, and write the costs")
    parser.add_argument(
        "--check", action="store_true", help="hold three small sales, and compare; 1 if one is off"
    )
    parser.add_argument("--save", action="store_true", help=f"write the tables to {_DOCUMENT.name}")
    for kind, title in ((Sale, "the sale"), (Hosts, "what there is")):
        group = parser.add_argument_group(title)
        for field in dataclasses.fields(kind):
            group.add_argument(
                f"--{field.name.replace('_', '-')}",
                type=int if field.type == "int" or field.type is int else float,
                metavar="N",
                help=field.metadata["help"],
            )
    return parser


def _named(kind: type[Sale | Hosts], given: dict[str, Any]) -> dict[str, Any]:
    """Those of its numbers that were given."""
    return {
        field.name: given[field.name]
        for field in dataclasses.fields(kind)
        if given[field.name] is not None
    }


def _sales(numbers: dict[str, Any]) -> list[Sale]:
    """The reader's own, in which what is not said is as usual for so many people; else those of the
    document."""
    if not numbers:
        return [standard_sale(people) for people in PEOPLE]
    usual = standard_sale(numbers.get("people", PEOPLE[0]), numbers.get("seats"))
    return [dataclasses.replace(usual, **numbers)]


if __name__ == "__main__":
    sys.exit(main())
