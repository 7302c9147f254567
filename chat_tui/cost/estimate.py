"""What a request is expected to come to before it is sent: values, every figure of them an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

_NEAR = 0.85
"""Of the context, from which on it is nearly full."""


class Range(NamedTuple):
    """A count of tokens that isn't known yet."""

    low: int
    likely: int
    high: int


class CostRange(NamedTuple):
    """USD that a reply may cost; one that fails before its first word costs nothing, which isn't in it."""

    low: Decimal
    """The cheapest provider that may serve, what was said before read from its cache, no words in the reply."""
    high: Decimal
    """The dearest provider, nothing cached, a reply as long as those that came before let expect."""
    most: Decimal | None = None
    """The same, and the longest reply that may be written; None: no end of it is known."""
    is_open: bool = False
    """Whether it may be more than that: a price isn't known."""

    def holds(self, cost: Decimal) -> bool:
        """Tell whether `cost` is within the range."""
        return self.low <= cost and (self.is_open or cost <= self.high)


class Context(NamedTuple):
    """How much of what a model can hold a request takes."""

    used: int = 0
    """Tokens, about."""
    limit: int | None = None
    """Tokens of prompt and reply together, at the tightest that may serve; None: not known."""
    whose: str = ""
    """Whose limit that is: a provider, or a model."""
    reserved: int = 0
    """Tokens that the request keeps free for the reply."""
    largest: int | None = None
    """The widest limit among those that may serve."""
    compresses: bool = False
    """Whether the server leaves out the middle of what is too long."""

    @property
    def share(self) -> float:
        """How much is taken, reserved tokens too; 1 is all."""
        return (self.used + self.reserved) / self.limit if self.limit else 0.0

    @property
    def is_nearly_full(self) -> bool:
        """Whether little room is left, or none."""
        return self.share >= _NEAR

    @property
    def overflows(self) -> bool:
        """Whether it is more than the tightest of those that may serve holds."""
        return self.share > 1

    @property
    def fits_nobody(self) -> bool:
        """Whether it is more than any of those that may serve holds."""
        return self.largest is not None and self.used + self.reserved > self.largest


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a request is expected to come to."""

    prompt_tokens: Range
    completion_tokens: Range
    cost: CostRange | None
    """USD; None: not known at all."""
    context: Context = Context()  # noqa: RUF009 - it is immutable
    assumptions: tuple[str, ...] = ()
    """What the bounds assume, and what isn't known, as sentences."""
    draft_tokens: int = 0
    """Of the prompt, what is new: the text that is being written."""
