"""The documents say what is so. Files alone: no server, no network."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import TypeAdapter

from src.cli import app
from src.platform.settings import Settings

_ROOT = Path(__file__).resolve().parents[1]
_README, _README_ZH = _ROOT / "README.md", _ROOT / "README.zh-TW.md"
_READMES = [_README, _README_ZH]
_REQUIREMENTS = _ROOT / "spec" / "requirements.md"
_DOCUMENTS = [*_READMES, *sorted((_ROOT / "spec").glob("*.md"))]

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|\bsrc=\"([^\"]+)\"")
_TEST = re.compile(r"`(test/[^`:]+)::([^`]+)`")
_SETTING_ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|", re.MULTILINE)
_REGISTRY_HOST = re.compile(
    r"\b(pypi|pythonhosted|npmjs|yarnpkg|unpkg|jsdelivr|docker|ghcr|quay)\.(org|com|net|io)\b"
)
_MACHINE_PATH = re.compile(r"(?<![\w.])/(work|tmp|home|root|Users)/")

each_document = pytest.mark.parametrize("path", _DOCUMENTS, ids=lambda p: p.name)
each_readme = pytest.mark.parametrize("path", _READMES, ids=lambda p: p.name)


def _blocks(path: Path) -> list[str]:
    return _FENCE.findall(path.read_text())


def _prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text())


def _code(path: Path) -> str:
    """Fenced blocks and code spans: what a reader would type."""
    return "\n".join([*_blocks(path), *re.findall(r"`([^`\n]+)`", _prose(path))])


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


@cache
def _command_options() -> dict[str, set[str]]:
    """Each command of the program, with its options."""
    commands: Any = typer.main.get_command(app)
    return {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in commands.commands.items()
    }


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


@each_readme
def test_every_setting_is_there_with_its_default(path: Path) -> None:
    documented = dict(_SETTING_ROW.findall(_prose(path)))
    assert set(documented) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        cell = documented[name.upper()]
        if cell.startswith("`"):
            assert field.annotation is not None
            assert TypeAdapter(field.annotation).validate_python(cell.strip("`")) == field.default
        else:
            assert field.default in (None, ""), name


@each_readme
def test_every_make_target_exists(path: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", _code(path)))
    assert {"run", "test"} <= named
    assert named <= _make_targets()


@each_readme
def test_every_command_and_option_exists(path: Path) -> None:
    named = re.findall(r"^(?:\$ )?ticketing ([a-z]+)(.*)$", _code(path), re.MULTILINE)
    assert {command for command, _ in named} == set(_command_options())
    for command, rest in named:
        assert set(re.findall(r"--[a-z-]+", rest)) <= _command_options()[command]


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


def test_both_readmes_have_the_same_headings() -> None:
    levels = [[len(marks) for marks, _ in _HEADING.findall(_prose(path))] for path in _READMES]
    assert levels[0] == levels[1]


def test_both_readmes_have_the_same_code_blocks() -> None:
    assert _blocks(_README) == _blocks(_README_ZH)


@each_document
def test_blocks_of_json_are_json(path: Path) -> None:
    for subsection in _blocks(path):
        language, _, body = subsection.removeprefix("```").removesuffix("```").partition("\n")
        if language == "json":
            json.loads(body)


@each_document
def test_no_registry_host_and_no_path_of_a_machine_is_named(path: Path) -> None:
    text = path.read_text()
    assert _REGISTRY_HOST.search(text) is None
    assert _MACHINE_PATH.search(text) is None
