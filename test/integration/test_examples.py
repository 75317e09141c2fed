"""The stories that the documents tell with curl, sent again as they are printed."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.waiting import wait_until
from src.platform.settings import Settings
from test.conftest import StartService
from test.support.cli import ticketing

_ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ADDRESS = "http://127.0.0.1:8000"
_END = "--- the end of an answer ---"

# What differs from run to run.
_VARIABLE = [
    (re.compile(r"eyJ[\w.-]+"), "TOKEN"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b"), "CODE"),
    (re.compile(r"^date: .*$", re.MULTILINE), "date: DATE"),
    (re.compile(r"^x-request-id: .*$", re.MULTILINE), "x-request-id: ID"),
    (re.compile(r"^retry: \d+$", re.MULTILINE), "retry: TIME"),
]


@pytest.fixture
def fresh_service(new_settings: Callable[..., Settings], start_service: StartService) -> str:
    """The address of a service with the demonstration accounts and event, as after `make run`."""
    settings = new_settings()
    assert ticketing(settings, "seed").returncode == 0
    return start_service(settings).base_url


@pytest.mark.parametrize("document", ["README.md", "spec/api-by-example.md"])
def test_every_command_is_answered_as_printed(
    document: str, fresh_service: str, tmp_path: Path
) -> None:
    blocks = [
        (language, body.replace(_ADDRESS, fresh_service).strip())
        for language, body in _BLOCK.findall((_ROOT / document).read_text())
    ]
    streams = [body for language, body in blocks if language == "sh" and "curl -sN" in body]
    answer: str | None = None
    with _Shell(tmp_path) as shell:
        for language, body in blocks:
            if body in streams:
                shell.open_streams(streams)
                answer = None
            elif language == "sh":
                answer = shell.run(body) if "$BASE" in body or "BASE=" in body else None
            elif language == "text" and "event: " in body:
                shell.wait_for(_same(body))
            elif answer is not None and language in {"json", "http", "text"}:
                assert _meaning(answer, language) == _meaning(body, language)
                answer = None


class _Shell:
    """One bash for all of a document's commands, since they set variables."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[Path] = []

    def __enter__(self) -> "_Shell":
        self._process = subprocess.Popen(
            ["bash"],
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.run("kill $(jobs -p)")
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def run(self, command: str) -> str:
        """What the command prints."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{command}\necho; echo '{_END}'\n")
        self._process.stdin.flush()
        lines = iter(self._process.stdout.readline, f"{_END}\n")
        return "".join(lines).strip()

    def open_streams(self, commands: list[str]) -> None:
        """Watch in the background, as a second terminal does, from the first state on."""
        if self._open:
            return
        for number, command in enumerate(commands):
            self._open.append(self._folder / f"stream-{number}")
            self._open[-1].touch()
            self.run(f"{command} >>stream-{number} &")
        wait_until(lambda: all("initial_status" in said for said in self._streamed()))

    def wait_for(self, message: str) -> None:
        """Wait until one of the streams has said this."""
        wait_until(lambda: any(message in _same(said) for said in self._streamed()))

    def _streamed(self) -> list[str]:
        return [path.read_text() for path in self._open]


def _same(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, word in _VARIABLE:
        text = pattern.sub(word, text)
    return text


def _meaning(text: str, language: str) -> Any:
    return json.loads(_same(text)) if language == "json" else _same(text)
