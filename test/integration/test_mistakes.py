"""`ticketing` with a mistake in its settings: a sentence and exit code 2. A store that answers no: 3."""

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from src.platform.settings import Settings
from test.support.cli import ticketing

_COMMANDS = [
    ("serve",),
    ("serve", "--workers", "2"),
    ("migrate",),
    ("seed",),
    ("reconcile",),
    ("verify",),
]


def _sentence(done: CompletedProcess[str], code: int) -> str:
    """The one sentence that it ended with."""
    assert done.returncode == code, done.stderr
    [sentence] = done.stderr.strip().splitlines()
    assert "sesame" not in done.stdout + done.stderr
    return sentence


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_a_mistake_in_an_address_is_a_sentence_for_every_command(command: tuple[str, ...]) -> None:
    done = ticketing(Settings(), *command, KVROCKS_URL="redis://:sesame@kv.example:port/0")
    assert _sentence(done, 2).startswith("KVROCKS_URL: ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--host", "no.such.host.invalid"), "HOST"),
        (("--host", "a..b"), "HOST"),
        (("--host", "h" * 64), "HOST"),
        (("--port", "65536"), "PORT: must be at most 65,535."),
    ],
)
def test_an_address_that_cannot_be_listened_on(arguments: tuple[str, ...], says: str) -> None:
    assert says in _sentence(ticketing(Settings(), "serve", *arguments), 2)


class TestOwnStores:
    def test_in_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.touch()
        for data_dir in (file, file / "below", Path("/proc/below")):
            done = ticketing(Settings(data_dir=data_dir), "migrate")
            assert _sentence(done, 2).startswith("DATA_DIR: ")

    @pytest.mark.parametrize("text", [None, "no program", "#!/bin/false\n"])
    def test_of_a_program_that_is_none(self, text: str | None, tmp_path: Path) -> None:
        program = tmp_path / "kvrocks-2"
        if text is not None:
            program.write_text(text)
            program.chmod(0o700)
        settings = Settings(data_dir=tmp_path / "data", kvrocks_bin=str(program))

        done = ticketing(settings, "migrate")

        assert done.returncode == 2
        assert done.stderr.startswith("KVROCKS_BIN")
        assert "Traceback" not in done.stderr


class TestAStoreThatSaysNo:
    @pytest.mark.parametrize("command", ["migrate", "verify"])
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"database": "nosuch"}, 'database "nosuch" does not exist'),
            ({"username": "nobody", "password": "sesame"}, "nobody"),
        ],
    )
    def test_postgres(
        self,
        command: str,
        change: dict[str, Any],
        says: str,
        new_settings: Callable[..., Settings],
    ) -> None:
        settings = new_settings()
        assert settings.database_url
        url = make_url(settings.database_url).set(**change)

        done = ticketing(settings, command, DATABASE_URL=url.render_as_string(hide_password=False))

        sentence = _sentence(done, 3)
        assert sentence.startswith("DATABASE_URL: PostgreSQL does not answer: ")
        assert says in sentence

    @pytest.mark.parametrize("url", ["redis://:sesame@{}", "redis://127.0.0.1:1/0"])
    def test_kvrocks(self, url: str, new_settings: Callable[..., Settings]) -> None:
        settings = new_settings()
        assert settings.kvrocks_url
        there = re.sub(r".*[/@](.*:\d+/\d)$", r"\1", settings.kvrocks_url)

        done = ticketing(settings, "verify", KVROCKS_URL=url.format(there))

        assert _sentence(done, 3).startswith("KVROCKS_URL: Kvrocks does not answer: ")
