"""Kvrocks, as far as the service uses it: it runs the service's own scripts, and can lose what it was told.

Every write of a script is a commit of its own, so that a crash may cut a script in two.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from lupa import lua51
from redis.exceptions import NoScriptError, ResponseError

from simulation.network import LostError, Server
from simulation.timeline import Clock, Timeline

Command = tuple[bytes, ...]
Value = bytes | dict[bytes, float]

_WRITES = frozenset({b"SET", b"SETRANGE", b"INCR", b"DEL", b"ZADD", b"ZREM"})

_lua = lua51.LuaRuntime(encoding=None)
# Whose script runs. Lua must keep hold of no server: its garbage is its own.
_running: "list[KvrocksServer]" = []
_redis = _lua.table_from({b"call": lambda *words: _running[-1].call(*words)})


@cache
def digest(script: str) -> bytes:
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest().encode()


@cache
def _compiled(script: bytes) -> Any:
    return _lua.execute(b"return function(KEYS, ARGV, redis)\n" + script + b"\nend")


class KvrocksServer(Server):
    """`on_change` is called with the keys that were just written, whenever others may see them."""

    def __init__(self, timeline: Timeline, clock: Clock) -> None:
        super().__init__(timeline, "Kvrocks")
        self.clock = clock
        self.on_change: Callable[[list[bytes]], None] = lambda _: None
        self.on_crash: Callable[[], None] = lambda: None
        # After how many writes of a script the server dies; None: it does not.
        self.dies_after_writes: int | None = None
        self.data: dict[bytes, Value] = {}
        self._scripts: dict[bytes, str] = {}
        self._log: list[tuple[float, bytes, Value | None]] = []
        self._written: list[bytes] = []
        self._in_script = False
        self._commands: dict[bytes, Callable[..., Any]] = {
            b"GET": self._get,
            b"MGET": lambda *keys: [self._text(key) for key in keys],
            b"SET": self._set,
            b"SETRANGE": self._setrange,
            b"INCR": self._incr,
            b"DEL": self._del,
            b"ZADD": self._zadd,
            b"ZREM": self._zrem,
            b"ZRANGE": lambda key, *_: [m for m, _ in self._ranked(key)],
            b"ZRANGEBYSCORE": lambda key, *_: [
                text for member, score in self._ranked(key) for text in (member, b"%.0f" % score)
            ],
            b"TIME": self._time,
            b"PING": lambda: b"PONG",
            b"EVALSHA": self._evalsha,
            b"SCRIPT LOAD": self._load,
            b"SCAN": self._scan,
        }

    def run(self, commands: Sequence[Command]) -> list[Any]:
        """The answer, or the error, of each. What is between MULTI and EXEC is one commit."""
        answers: list[Any] = []
        queued: list[Command] | None = None
        for each in commands:
            name, *arguments = each
            if name == b"MULTI":
                queued = []
                answers.append(b"OK")
            elif name == b"EXEC" and queued is not None:
                answers.append([self._execute(*one) for one in queued])
                queued = None
            elif queued is not None:
                queued.append(each)
                answers.append(b"QUEUED")
            else:
                answers.append(self._execute(name, *arguments))
            self._show()
        return answers

    def _execute(self, name: bytes, *arguments: bytes) -> Any:
        try:
            return self._commands[name](*arguments)
        except ResponseError as error:
            return error

    def forget_newest(self, seconds: float) -> None:
        """Lose the writes of so many seconds, as a server does that was not asked to sync each."""
        while self._log and self._log[-1][0] > self.timeline.now - seconds:
            _, key, before = self._log.pop()
            if before is None:
                self.data.pop(key, None)
            else:
                self.data[key] = before

    def forget_all(self) -> None:
        self.data.clear()
        self._log.clear()

    def start(self) -> None:
        self._scripts.clear()
        super().start()

    def _show(self) -> None:
        if self._written:
            written, self._written = self._written, []
            self.on_change(written)

    def call(self, name: bytes, *arguments: Any) -> Any:
        """A command of a script."""
        if name in _WRITES and self.dies_after_writes is not None:
            if self.dies_after_writes == 0:
                raise LostError
            self.dies_after_writes -= 1
        answer = self._commands[name](*map(_bytes, arguments))
        if answer is None:
            return False
        return _lua.table_from(answer) if isinstance(answer, list) else answer

    def _evalsha(self, sha: bytes, count: bytes, *rest: bytes) -> Any:
        script = self._scripts.get(sha)
        if script is None:
            raise NoScriptError("No matching script.")
        keys, arguments = rest[: int(count)], rest[int(count) :]
        _running.append(self)
        try:
            answer = _compiled(script.encode())(
                _lua.table_from(keys), _lua.table_from(arguments), _redis
            )
        except LostError as cut:
            # Lua keeps the error until it cleans up, and must not keep everything by its frames.
            cut.__traceback__ = None
            self.dies_after_writes = None
            self._show()
            self.stop()
            self.on_crash()
            raise LostError from None
        except lua51.LuaError as error:
            raise ResponseError(str(error)) from error
        finally:
            _running.pop()
        return _answer(answer)

    def _load(self, script: bytes) -> bytes:
        name = digest(script.decode())
        self._scripts[name] = script.decode()
        return name

    def _text(self, key: bytes) -> bytes | None:
        value = self.data.get(key)
        if isinstance(value, dict):
            raise ResponseError("WRONGTYPE")
        return value

    def _get(self, key: bytes) -> bytes | None:
        return self._text(key)

    def _set(self, key: bytes, value: bytes) -> bytes:
        self._put(key, value)
        return b"OK"

    def _put(self, key: bytes, value: Value | None) -> None:
        self._log.append((self.timeline.now, key, self.data.get(key)))
        if value is None:
            del self.data[key]
        else:
            self.data[key] = value
        self._written.append(key)

    def _setrange(self, key: bytes, start: bytes, piece: bytes) -> int:
        at = int(start)
        now = (self._text(key) or b"").ljust(at, b"\0")
        value = now[:at] + piece + now[at + len(piece) :]
        self._put(key, value)
        return len(value)

    def _incr(self, key: bytes) -> int:
        value = int(self._text(key) or b"0") + 1
        self._put(key, b"%d" % value)
        return value

    def _del(self, *keys: bytes) -> int:
        there = [key for key in keys if key in self.data]
        for key in there:
            self._put(key, None)
        return len(there)

    def _set_of(self, key: bytes) -> dict[bytes, float]:
        value = self.data.get(key)
        if isinstance(value, bytes):
            raise ResponseError("WRONGTYPE")
        return dict(value or {})

    def _zadd(self, key: bytes, score: bytes, member: bytes) -> int:
        members = self._set_of(key)
        added = member not in members
        members[member] = float(score)
        self._put(key, members)
        return int(added)

    def _zrem(self, key: bytes, member: bytes) -> int:
        members = self._set_of(key)
        if member not in members:
            return 0
        del members[member]
        self._put(key, members or None)
        return 1

    def _ranked(self, key: bytes) -> list[tuple[bytes, float]]:
        return sorted(self._set_of(key).items(), key=lambda each: (each[1], each[0]))

    def _time(self) -> list[bytes]:
        microseconds = round(self.clock.read(self.timeline.now) * 1e6)
        return [b"%d" % (microseconds // 10**6), b"%d" % (microseconds % 10**6)]

    def _scan(self, beginning: bytes) -> list[bytes]:
        return [key for key in self.data if key.startswith(beginning)]


def _bytes(value: Any) -> bytes:
    """As a client or a script sends it."""
    if isinstance(value, bytes):
        return value
    return str(int(value) if isinstance(value, float) else value).encode()


def _answer(value: Any) -> Any:
    """What a script returned, as a client gets it."""
    if value is False:
        return None
    if isinstance(value, float):
        return int(value)
    if lua51.lua_type(value) == "table":
        return [_answer(value[n]) for n in range(1, len(value) + 1)]
    return value


def command(*words: Any) -> Command:
    return tuple(map(_bytes, words))
