"""What went over the wire for the latest replies of this run; in memory alone.

It isn't written to disk: it is several times the reply, holds what servers call their users and machines by, and
whatever people come back to (text, receipt, routing, the request itself) is in the journal. What is looked at can be
saved by hand.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from chat_tui.conversation.values import Json
from chat_tui.engine.shortening import shortened
from chat_tui.openrouter.recording import Recording

MOST_REPLIES = 50
LARGEST = 16_000_000
"""Characters of all recordings together; the oldest go first."""
_MOST_NOTES = 20


@dataclass
class Recorded:
    """What is kept of one reply."""

    attempts: list[Recording] = field(default_factory=list)
    """Each request that was made for it, the one that it came from last."""
    upstream: list[Json] = field(default_factory=list)
    """What the server said that it sent to each provider, long data shortened (wire: `debug`)."""

    @property
    def size(self) -> int:
        """Characters that are kept."""
        return sum(recording.size for recording in self.attempts)


class Recordings:
    """The recordings of the latest replies, by the ids of those.

    Args:
        kept: Those that there are already, the oldest first.
    """

    def __init__(self, kept: Mapping[str, Recorded] = MappingProxyType({})) -> None:
        self._kept = OrderedDict(kept)

    def begin(self, reply: str) -> Recording:
        """Return a new recording for a request that is about to be made for `reply`."""
        recorded = self._kept.setdefault(reply, Recorded())
        recorded.attempts.append(recording := Recording())
        size = sum(kept.size for kept in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > MOST_REPLIES or size > LARGEST):
            size -= self._kept.popitem(last=False)[1].size
        return recording

    def note(self, reply: str, debug: Json) -> None:
        """Note what the server told of what it sent to a provider."""
        if (recorded := self._kept.get(reply)) is not None and len(recorded.upstream) < _MOST_NOTES:
            recorded.upstream.append(shortened(debug).value)

    def of(self, reply: str) -> Recorded:
        """Return what is kept of `reply`; nothing when it is of an earlier run, or makes no room any more."""
        return self._kept.get(reply) or Recorded()

    def attempts(self, reply: str) -> Sequence[Recording]:
        """Return the requests that were made for `reply`."""
        return self.of(reply).attempts
