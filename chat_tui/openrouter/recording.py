"""What went over the wire for one request, kept as far as it is short: for whoever wants to see it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

LONGEST_EVENT = 10_000
"""Characters that are kept of an event; what is longer is a picture, mostly."""
LONGEST_RECORDING = 2_000_000
"""Characters that are kept of all events: of those in the middle nothing is."""
_MARGIN = 2_000
"""Characters beyond, so that no secret is cut before it is masked."""


class Heard(NamedTuple):
    """Something that came: an event, a comment (it begins with a colon), or the body of an error."""

    seconds: float
    """Since the request was sent."""
    text: str
    """Its beginning, without keys and user ids."""
    length: int
    """Characters of all of it."""


class Recording:
    """One request and what came for it, as it goes on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.at = datetime.now(UTC)
        self.url = ""
        self.headers: Mapping[str, str] = {}
        """Of the request, the key masked."""
        self.status: int | None = None
        """HTTP; None while no reply has begun."""
        self.answered: Mapping[str, str] = {}
        """The headers of the reply, without keys and user ids."""
        self.answered_after: float | None = None
        """Seconds from the request to the headers of the reply."""
        self.skipped = 0
        """Events that came between those that are kept."""
        self.size = 0
        """Characters that are kept."""
        self.on_leaving: Callable[[int, int], None] | None = None
        """Called while a request with files leaves: with how many bytes of how many have."""
        self._clock = clock
        self._sent_at = clock()
        self._mask: Callable[[str], str] = str
        self._first: list[Heard] = []
        self._last: deque[Heard] = deque()
        self._room = LONGEST_RECORDING // 2
        self._last_size = 0

    def send(self, url: str, headers: Mapping[str, str], mask: Callable[[str], str]) -> None:
        """Note the request that is being sent; `mask` takes keys and user ids out of what comes."""
        self.url, self.headers, self._mask = url, headers, mask
        self._sent_at = self._clock()

    def leave(self, done: int, total: int) -> None:
        """Note that `done` of `total` bytes of the request have left."""
        if self.on_leaving is not None:
            self.on_leaving(done, total)

    def answer(self, status: int, headers: Mapping[str, str]) -> None:
        """Note that the reply has begun."""
        self.status = status
        self.answered = {name: self._mask(value) for name, value in headers.items() if name.lower() != "set-cookie"}
        self.answered_after = self._clock() - self._sent_at

    def hear(self, text: str) -> None:
        """Note what came."""
        heard = Heard(self._clock() - self._sent_at, text[: LONGEST_EVENT + _MARGIN], len(text))
        size = len(heard.text)
        if not self._last and self._room >= size:
            self._room -= size
            self.size += size
            self._first.append(heard)
            return
        self._last.append(heard)
        self._last_size += size
        self.size += size
        while self._last_size > LONGEST_RECORDING // 2:
            size = len(self._last.popleft().text)
            self._last_size -= size
            self.size -= size
            self.skipped += 1

    def first(self) -> list[Heard]:
        """Return what came at first."""
        return [self._shown(heard) for heard in self._first]

    def last(self) -> list[Heard]:
        """Return what came after what is skipped; nothing when nothing is."""
        return [self._shown(heard) for heard in self._last]

    def _shown(self, heard: Heard) -> Heard:
        return heard._replace(text=self._mask(heard.text)[:LONGEST_EVENT])
