"""What the status line says: how a reply is coming along."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from chat_tui.conversation.values import Receipt
from chat_tui.cost.tokens import text_tokens
from chat_tui.cost.written import format_cost, format_tokens
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.conversation.events import Event, Retrying


class LivePrice(NamedTuple):
    """What a reply that streams costs, by the catalogue's prices; an estimate."""

    request: Decimal
    """USD for what was sent."""
    token: Decimal
    """USD for each token of the reply."""


_LONGEST_REASON = 60

_ENDINGS = {"complete": "● ready", "cancelled": "■ stopped", "failed": "▲ failed", "interrupted": "■ interrupted"}


class Progress:
    """Follows the events of a turn; `line` says where it stands. Estimates wear `≈` until the receipt comes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.price: LivePrice | None = None
        """Of the reply that streams; None: not known."""
        self._clock = clock
        self._started: float | None = None
        self._first: float | None = None
        self._thinking = False
        self._tokens = 0.0
        """Of what came by now, about."""
        self._retrying: tuple[float, Retrying] | None = None
        self._leaving: tuple[int, int] | None = None
        """Bytes of the request that have left, and all of them."""
        self._receipt: Receipt | None = None
        self._ending = "● ready"

    @property
    def running(self) -> bool:
        """Whether the line changes with time."""
        return self._started is not None

    def take(self, event: Event, at: float | None = None) -> None:
        """Take note of what happened, now or at a moment of the clock before."""
        from chat_tui.conversation.events import (
            Failed,
            Finished,
            Leaving,
            Reasoning,
            Receipted,
            Retrying,
            Started,
            Text,
        )

        at = self._clock() if at is None else at
        match event:
            case Started():
                self._started, self._first, self._receipt = at, None, None
                self._tokens, self._thinking, self._retrying, self._leaving = 0.0, False, None, None
            case Leaving(done, total):
                self._leaving, self._retrying = (done, total) if done < total else None, None
            case Retrying():
                self._retrying, self._leaving = (at + event.wait, event), None
            case Text(text) | Reasoning(text):
                self._first, self._retrying = self._first or at, None
                self._thinking = isinstance(event, Reasoning)
                self._tokens += text_tokens(text)
            case Receipted(receipt):
                self._receipt = receipt
            case Failed():
                self._ending = _ENDINGS["failed"]
            case Finished(reply):
                self._started = None
                self._receipt = reply.receipt
                self._ending = _ENDINGS.get(reply.status, "● ready")
            case _:
                pass

    def line(self, room: int | None = None) -> str:
        """Return where the reply stands: waiting, or streaming with live numbers, or how the last one ended.

        Args:
            room: Cells; numbers that don't fit are left out, what it costs last. None: all are wanted.
        """
        if self._started is None:
            return self._ending
        if self._retrying is not None:
            due, retry = self._retrying
            seconds = max(due - self._clock(), 0)
            reason = one_line(retry.attempt.sentence.partition(":")[0], _LONGEST_REASON)
            when = f"again in {ceil(seconds)} s" if seconds else "again now"
            return f"↻ {when} ({retry.number} of {retry.most}) · {reason} · Esc stops"
        if self._first is None and self._leaving is not None:
            done, total = (size / 1_000_000 for size in self._leaving)
            return f"◌ sending {done:.0f} of {total:.0f} MB · Esc stops"
        if self._first is None:
            return f"◌ waiting {self._clock() - self._started:.0f} s"
        tokens = self._receipt and self._receipt.usage.completion_tokens
        seconds = max(self._clock() - self._first, 0.05)
        count = tokens or ceil(self._tokens)
        about = "" if tokens else "≈ "
        pieces = {
            "state": "◍ thinking" if self._thinking else "◍ streaming",
            "tokens": f"{about}{format_tokens(count)} token{'s' * (count != 1)}",
            "speed": f"{about}{count / seconds:.0f} tok/s",
            "first": f"first {self._first - self._started:.1f} s",
            "cost": self._cost(count),
        }
        for least in ("first", "speed", "tokens"):
            if room is not None and cell_len(_joined(pieces)) > room:
                del pieces[least]
        return _joined(pieces)

    @property
    def cost(self) -> Decimal | None:
        """USD that the reply which streams has cost by now, about; None: not known."""
        if self._started is None or self._first is None or self.price is None:
            return None
        tokens = (self._receipt and self._receipt.usage.completion_tokens) or ceil(self._tokens)
        return self.price.request + self.price.token * tokens

    def _cost(self, tokens: int) -> str:
        """Return what the reply has cost by now: what the server says, else about what the catalogue lets expect."""
        if self._receipt is not None and self._receipt.cost is not None:
            return format_cost(self._receipt.cost)
        return f"≈ {format_cost(self.price.request + self.price.token * tokens)}" if self.price is not None else ""


def _joined(pieces: Mapping[str, str]) -> str:
    return " · ".join(piece for piece in pieces.values() if piece)
