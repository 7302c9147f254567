"""What a model thinks before it answers: how long it took, and about how many tokens it is."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import monotonic

from chat_tui.conversation.values import Receipt
from chat_tui.cost.tokens import text_tokens


class Thinking:
    """Grows while it arrives; `label` sums it up. Estimates wear `≈` until the receipt comes.

    Args:
        text: What was thought before; how long that took is in the receipt, if anywhere.
        clock: Seconds.
    """

    __slots__ = ("_clock", "_pieces", "_seconds", "_since", "_tokens")

    def __init__(self, text: str, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._pieces = [text] if text else []
        self._tokens = text_tokens(text)
        self._since: float | None = None
        self._seconds: float | None = None

    @property
    def text(self) -> str:
        """All that is known of it."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def going_on(self) -> bool:
        """It began before our eyes and has not ended."""
        return self._since is not None and self._seconds is None

    def append(self, text: str) -> None:
        """Take more of it."""
        if self._since is None:
            self._since = self._clock()
        self._pieces.append(text)
        self._tokens += text_tokens(text)

    def end(self) -> None:
        """Note that something else comes now."""
        if self._since is not None and self._seconds is None:
            self._seconds = self._clock() - self._since

    def settle(self, text: str) -> None:
        """Take the whole of it as it is kept."""
        self._pieces = [text] if text else []
        self._tokens = text_tokens(text)

    def label(self, receipt: Receipt | None) -> str:
        """Return how long it took and how many tokens it is, as far as that is known."""
        receipt = receipt or Receipt()
        words = "thought"
        if self.going_on and self._since is not None:
            words = f"thinking {self._clock() - self._since:.1f} s"
        elif seconds := self._seconds or (receipt.reasoning_ms or 0) / 1000:
            words = f"thought for {seconds:.1f} s"
        counted = receipt.usage.reasoning_tokens
        tokens = counted or ceil(self._tokens)
        return f"{words} · {'' if counted else '≈ '}{tokens:,} token{'s' * (tokens != 1)}"
