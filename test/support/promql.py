"""What an expression of Prometheus asks for."""

from dataclasses import dataclass

import promql_parser
from promql_parser import AggregateExpr, Expr, VectorSelector


@dataclass(frozen=True)
class Selector:
    """A metric, and what its labels are compared with."""

    metric: str
    labels: dict[str, list[str]]


@dataclass(frozen=True)
class Expression:
    """`grouped` are the labels by which something is added up."""

    selectors: list[Selector]
    grouped: set[str]


def read(text: str) -> Expression:
    """Raises ValueError for what is no expression."""
    found = Expression([], set())

    def visit(node: Expr) -> None:
        match node:
            case AggregateExpr() if node.modifier is not None:
                found.grouped.update(node.modifier.labels)
            case VectorSelector():
                found.selectors.append(_selector(node))

    promql_parser.walk(promql_parser.parse(text), visit)
    return found


def _selector(node: VectorSelector) -> Selector:
    assert node.name
    compared = {matcher.name: matcher.value.split("|") for matcher in node.matchers.matchers}
    return Selector(node.name, compared)
