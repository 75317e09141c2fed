"""The documents say what is so. Files alone: no server, no network."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from pydoc import locate
from typing import Any

import pytest
import typer
from pydantic import TypeAdapter

from bench.parts import PARTS
from src.cli import app
from src.platform.metrics import Metrics
from src.platform.settings import Settings
from src.service.reservation.app.command.reconcile_seat_state_use_case import RepairCounts

_ROOT = Path(__file__).resolve().parents[1]
_README, _README_ZH = _ROOT / "README.md", _ROOT / "README.zh-TW.md"
_SPEC = _ROOT / "spec"
_REQUIREMENTS, _OPERATIONS, _DEVELOPING, _BENCHMARK = (
    _SPEC / f"{name}.md" for name in ("requirements", "operations", "developing", "BENCHMARK")
)
_DOCUMENTS = [_README, _README_ZH, *sorted(_SPEC.glob("*.md"))]
_MOST_LINES = 300

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|\bsrc=\"([^\"]+)\"")
_TEST = re.compile(r"`(test/[^`:]+)::([^`]+)`")
_SETTING_ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|", re.MULTILINE)
_RULE_ROW = re.compile(r"^\| [^|`]+ \| `([\w.]+)` \| `(src/[\w/.]+)` \|$", re.MULTILINE)
# What a reader would look for in the repository: a path from one of its folders, or a file's name.
_FOLDERS = ("src", "test", "spec", "alembic", "bench", "soak", "kit", "deploy", ".ci")
_PATH = re.compile(rf"(?<![\w/.])(?:{'|'.join(map(re.escape, _FOLDERS))})/[\w./-]*\w")
_FILE_NAME = re.compile(r"[\w-]+\.(?:py|js|css|md|toml|lock|yml|feature)")
_LIBRARY_NAME = re.compile(r"(?:uvicorn|starlette|fastapi|sqlalchemy)(?:\.\w+)+")
_REGISTRY_HOST = re.compile(
    r"\b(pypi|pythonhosted|npmjs|yarnpkg|unpkg|jsdelivr|docker|ghcr|quay)\.(org|com|net|io)\b"
)
_MACHINE_PATH = re.compile(r"(?<![\w.])/(work|tmp|home|root|Users)/")

each_document = pytest.mark.parametrize("path", _DOCUMENTS, ids=lambda p: p.name)


def _blocks(path: Path) -> list[str]:
    return _FENCE.findall(path.read_text())


def _prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text())


def _spans(path: Path) -> list[str]:
    """The code within sentences and tables."""
    return re.findall(r"`([^`\n]+)`", _prose(path))


def _code(path: Path) -> str:
    """Fenced blocks and code spans: what a reader would type."""
    return "\n".join([*_blocks(path), *_spans(path)])


def _requirement_rows() -> list[str]:
    rows = [line for line in _prose(_REQUIREMENTS).splitlines() if line.startswith("| ")]
    return [row for row in rows if not row.startswith("| Id ")]


@cache
def _names_in(path: Path) -> frozenset[str]:
    """The tests that a file holds: functions, methods as `Class::method`, or scenarios."""
    text = path.read_text()
    if path.suffix == ".feature":
        return frozenset(re.findall(r"^\s*Scenario(?: Outline)?: (.+?)\s*$", text, re.MULTILINE))
    return frozenset(_functions(ast.parse(text).body))


def _functions(body: list[ast.stmt], within: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{within}{node.name}::")
            # A state machine of hypothesis is a test by its class alone.
            yield f"{within}{node.name}"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{within}{node.name}"


@cache
def _make_targets() -> frozenset[str]:
    makefile = (_ROOT / "Makefile").read_text()
    return frozenset(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def _make_targets_in(path: Path) -> set[str]:
    return set(re.findall(r"\bmake ([a-z][a-z-]*)", _code(path)))


@cache
def _command_options() -> dict[str, set[str]]:
    """Each command of the program, with its options."""
    commands: Any = typer.main.get_command(app)
    return {
        name: {option for parameter in command.params for option in parameter.opts} - {"--help"}
        for name, command in commands.commands.items()
    }


def _commands_in(path: Path) -> list[tuple[str, set[str]]]:
    """Each time the program is called: the command, and the options that are named with it."""
    called = re.findall(r"(?:^|[ /])ticketing ([a-z]+)(.*)$", _code(path), re.MULTILINE)
    return [(command, set(re.findall(r"--[a-z-]+", rest))) for command, rest in called]


@cache
def _names_of_files() -> frozenset[str]:
    folders = [_ROOT / folder for folder in _FOLDERS]
    below = [path for folder in folders for path in folder.rglob("*")]
    return frozenset(path.name for path in [*_ROOT.iterdir(), *below])


def _slug(heading: str) -> str:
    """The anchor that code hosts make of a heading."""
    text = heading.replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def test_every_requirement_names_a_test() -> None:
    assert _requirement_rows()
    assert [row for row in _requirement_rows() if not _TEST.search(row)] == []


def test_every_test_that_a_requirement_names_exists() -> None:
    named = _TEST.findall(_REQUIREMENTS.read_text())
    files = {file for file, _ in named}
    assert [file for file in sorted(files) if not (_ROOT / file).is_file()] == []
    missing = {f"{file}::{name}" for file, name in named if name not in _names_in(_ROOT / file)}
    assert missing == set()


def test_requirements_have_ids_of_their_own() -> None:
    ids = [row.split("|")[1].strip() for row in _requirement_rows()]
    assert len(ids) == len(set(ids))


def test_every_setting_is_there_in_order_with_its_default() -> None:
    rows = _SETTING_ROW.findall(_prose(_OPERATIONS))
    documented = dict(rows)
    assert [name for name, _ in rows] == [name.upper() for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        cell = documented[name.upper()]
        if cell.startswith("`"):
            assert field.annotation is not None
            assert TypeAdapter(field.annotation).validate_python(cell.strip("`")) == field.default
        else:
            assert field.default in (None, ""), name


@each_document
def test_a_default_that_is_named_in_passing_is_the_default(path: Path) -> None:
    """As in: `STORE_POOL_SIZE` (64)."""
    for name, number in re.findall(r"`([A-Z_]+)` [(（]([\d.,]+)[)）]", _prose(path)):
        field = Settings.model_fields[name.lower()]
        assert float(number.replace(",", "")) == field.default, name


@each_document
def test_every_make_target_exists(path: Path) -> None:
    assert _make_targets_in(path) <= _make_targets()


def test_every_make_target_is_told_of() -> None:
    assert set().union(*map(_make_targets_in, _DOCUMENTS)) == _make_targets()


@each_document
def test_every_command_and_option_exists(path: Path) -> None:
    for command, options in _commands_in(path):
        assert options <= _command_options()[command]


def test_every_command_and_option_is_told_of() -> None:
    told: dict[str, set[str]] = {}
    for command, options in _commands_in(_OPERATIONS):
        told.setdefault(command, set()).update(options)
    assert told == _command_options()


def test_every_metric_is_told_of() -> None:
    told = set(re.findall(r"^\| `([a-z_]+)` \|", _prose(_OPERATIONS), re.MULTILINE))
    kept = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in Metrics().registry.collect()
    }
    of_the_process = {name for name in kept if name.startswith("process_")}
    assert of_the_process
    assert told == kept - of_the_process


def test_every_queue_is_told_of() -> None:
    """Each is told apart by what those who are refused want."""
    [row] = re.findall(r"^\| `queue_refusals_total` \|.*", _OPERATIONS.read_text(), re.MULTILINE)
    code = "".join(path.read_text() for path in (_ROOT / "src").rglob("*.py"))
    named = re.findall(
        r'(?:\b(?:Lane|LoadLimit|overloaded)\(\s*|^PURPOSE = )"([^"]+)"', code, re.MULTILINE
    )
    assert named
    assert set(re.findall(r"`([a-z]+(?: [a-z]+)+)`", row)) == set(named)


def test_the_parts_of_the_benchmark_are_those_that_there_are() -> None:
    [listed] = re.findall(r"^The parts: (.+?)\.$", _BENCHMARK.read_text(), re.MULTILINE | re.DOTALL)
    assert re.findall(r"`([a-z-]+)`", listed) == list(PARTS)


def test_the_repairs_that_are_shown_are_those_that_are_counted() -> None:
    shown = re.findall(r"^│ ([a-z ]+?) +│", _OPERATIONS.read_text(), re.MULTILINE)
    counted = [field.name.replace("_", " ") for field in fields(RepairCounts)]
    assert shown == ["drafts removed", *counted]


@each_document
def test_every_path_and_file_exists(path: Path) -> None:
    paths = {found for span in _spans(path) for found in _PATH.findall(span)}
    assert {name for name in paths if not (_ROOT / name).exists()} == set()
    files = {span for span in _spans(path) if _FILE_NAME.fullmatch(span)}
    assert files - _names_of_files() == set()


def test_the_tree_is_the_tree() -> None:
    [tree] = [block for block in _blocks(_README) if block.startswith("```text\nsrc/\n")]
    named = re.findall(r"[\w.]+(?:/|\.py\b)", tree)
    assert {name for name in named if name.rstrip("/") not in _names_of_files()} == set()


def test_every_rule_is_where_the_table_says() -> None:
    rows = _RULE_ROW.findall(_prose(_DEVELOPING))
    assert len(rows) >= 7
    for name, file in rows:
        assert name.replace(".", "::") in _names_in(_ROOT / file), f"{name} in {file}"


def test_the_names_of_libraries_that_we_rest_on_exist() -> None:
    named = {span for span in _spans(_DEVELOPING) if _LIBRARY_NAME.fullmatch(span)}
    assert named
    assert {name for name in named - {"fastapi.sse"} if locate(name) is None} == set()


@each_document
def test_every_relative_link_resolves(path: Path) -> None:
    for linked_to, shown in _LINK.findall(_prose(path)):
        target = linked_to or shown
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        assert linked.exists(), target
        if anchor:
            headings = {_slug(text) for _, text in _HEADING.findall(_prose(linked))}
            assert anchor in headings, target


def test_every_document_can_be_reached_from_the_readme() -> None:
    linked = {first or second for first, second in _LINK.findall(_prose(_README))}
    documents = {str(path.relative_to(_ROOT)) for path in _DOCUMENTS}
    assert documents - linked == {"README.md"}


def test_the_readme_is_short() -> None:
    assert len(_README.read_text().splitlines()) <= _MOST_LINES


def test_both_readmes_have_the_same_headings() -> None:
    levels = [
        [len(marks) for marks, _ in _HEADING.findall(_prose(path))]
        for path in (_README, _README_ZH)
    ]
    assert levels[0] == levels[1]


def test_both_readmes_have_the_same_code_blocks() -> None:
    assert _blocks(_README) == _blocks(_README_ZH)


def test_both_readmes_link_to_the_same() -> None:
    links = [{a or b for a, b in _LINK.findall(_prose(path))} for path in (_README, _README_ZH)]
    assert links[0] ^ links[1] == {"README.md", "README.zh-TW.md"}


@each_document
def test_blocks_of_json_are_json(path: Path) -> None:
    for block in _blocks(path):
        language, _, body = block.removeprefix("```").removesuffix("```").partition("\n")
        if language == "json":
            json.loads(body)


@each_document
def test_no_registry_host_and_no_path_of_a_machine_is_named(path: Path) -> None:
    text = path.read_text()
    assert _REGISTRY_HOST.search(text) is None
    assert _MACHINE_PATH.search(text) is None
