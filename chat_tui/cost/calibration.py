"""What receipts teach about a model: how its tokens compare with our count of them, and how long its replies are."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

MOST = 20
"""Of the last requests that count."""
_LEAST_FACTOR, _MOST_FACTOR = 0.4, 3.0
"""Beyond them a receipt tells of something else than of a tokenizer, such as pages that the server added."""
_UNKNOWN_LOW, _UNKNOWN_HIGH = 0.7, 1.5
"""How far our count may be off for a model that nobody asked yet."""
_SPREAD = 0.05
_FEW = 3
_FEW_SPREAD = 0.15


class Factor(NamedTuple):
    """What our count of tokens is multiplied by."""

    low: float = _UNKNOWN_LOW
    likely: float = 1.0
    high: float = _UNKNOWN_HIGH


class Learned(NamedTuple):
    """What the last receipts of a model said."""

    prompts: tuple[tuple[float, int], ...] = ()
    """Our count of a request's tokens, and the server's."""
    replies: tuple[int, ...] = ()
    """Tokens of whole replies."""

    def with_receipt(self, counted: float, prompt_tokens: int | None, reply_tokens: int | None) -> Learned:
        """Return it with one more receipt; what the server didn't say is None."""
        prompts, replies = self.prompts, self.replies
        if prompt_tokens and counted > 0:
            prompts = (*prompts, (round(counted, 1), prompt_tokens))[-MOST:]
        if reply_tokens:
            replies = (*replies, reply_tokens)[-MOST:]
        return Learned(prompts, replies)


def factor_of(prompts: Sequence[tuple[float, int]]) -> Factor:
    """Return what our count is multiplied by: the median of what it was off by, long requests counting more.

    A short one tells little: what a server adds to each request, such as the date, is much of it.
    """
    if not prompts:
        return Factor()
    off = sorted((_clamped(server / ours), ours) for ours, server in prompts)
    half, seen, likely = sum(weight for _, weight in off) / 2, 0.0, off[-1][0]
    for factor, weight in off:
        seen += weight
        if seen >= half:
            likely = factor
            break
    spread = _FEW_SPREAD if len(prompts) < _FEW else _SPREAD
    return Factor(off[0][0] * (1 - spread), likely, off[-1][0] * (1 + spread))


def usual_reply(replies: Sequence[int]) -> int | None:
    """Return about how many tokens a reply has; None when none was counted."""
    return round(median(replies)) if replies else None


def _clamped(factor: float) -> float:
    return min(max(factor, _LEAST_FACTOR), _MOST_FACTOR)
