"""Reading Server-Sent Events, more strictly than a browser: a block without data is an error, and so is a
message that spec/asyncapi.yaml does not describe.

A browser forgets such a block, but httpx-sse, aiosseclient and generated clients hand it on as an event.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from kit.waiting import TIMEOUT
from test.support.described_messages import as_streamed


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream."""

    event: str
    id: str
    text: str

    @property
    def data(self) -> dict[str, Any]:
        content = json.loads(self.text)
        assert isinstance(content, dict)
        return content

    @property
    def version(self) -> tuple[int, int]:
        """Epoch and version, which order the messages of an event."""
        match = re.fullmatch(r"(\d+):(\d+)", self.id)
        assert match is not None, f"not an id of ours: {self.id!r}"
        return int(match[1]), int(match[2])

    @property
    def etag(self) -> str:
        return f'"{self.id}"'


class LiveStream:
    """An open stream, read as far as its user asks, and no further.

    Waiting fails after the client's read timeout, or after that time with nothing but comments.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.headers = response.headers
        self.retry: int | None = None
        self.comments = 0
        self._response = response
        self._path = response.request.url.path
        self._lines = response.iter_lines()
        self._blocks = self._read_blocks()

    @property
    def bytes_received(self) -> int:
        """As they came, compressed or not."""
        return self._response.num_bytes_downloaded

    def next(self) -> Message:
        """The next message, skipping comments."""
        deadline = time.monotonic() + TIMEOUT
        for block in self._blocks:
            if block is not None:
                return block
            assert time.monotonic() < deadline, "nothing came but comments"
        raise AssertionError("the stream has ended")

    def until(self, condition: Callable[[Message], object], *, within: float = TIMEOUT) -> Message:
        """The first message from here on of which the condition holds."""
        deadline = time.monotonic() + within
        while not condition(message := self.next()):
            assert time.monotonic() < deadline, f"not in time; last came {message}"
        return message

    def until_version_of(self, etag: str) -> list[Message]:
        """The messages from here up to the one with the version that a REST answer's ETag names."""
        wanted = Message("", etag.strip('"'), "").version
        messages = [self.next()]
        while messages[-1].version < wanted:
            messages.append(self.next())
        return messages

    def rest(self) -> list[Message]:
        """Every message up to the end of the stream."""
        return [block for block in self._blocks if block is not None]

    def wait_for_comment(self) -> None:
        """Return when a comment comes; a message before it is an error."""
        seen = self.comments
        while self.comments == seen:
            block = next(self._blocks)
            assert block is None, f"a message came: {block}"

    def _read_blocks(self) -> Iterator[Message | None]:
        """Messages, and None for each comment."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line:
                assert "data" in fields, f"a block without data: {fields}"
                message = Message(
                    fields.get("event", "message"), fields.get("id", ""), fields["data"]
                )
                as_streamed(self._path, message.event, message.id, message.text)
                yield message
                fields = {}
            elif line.startswith(":"):
                self.comments += 1
                yield None
            else:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
                if name == "retry":
                    self.retry = int(value)
        assert not fields, f"the stream ended within a message: {fields}"
