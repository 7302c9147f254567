"""Whether a failed request is made again by itself, and after how long."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from chat_tui.openrouter.errors import OpenRouterError, ServerError


@dataclass(frozen=True, slots=True)
class Retries:
    """The rule for requests that failed before their first word; after it nothing is made again by itself.

    The wait is what the server asked for, else it doubles from attempt to attempt. Some of it is left to chance, so
    that clients which failed together don't come back together.

    Args:
        most: How often a turn's request is made again; 0 for never.
        first_wait: Seconds before the first of them, at most.
        longest_wait: Seconds; when the server asks for more, the turn fails and says when to try again.
        chance: Gives numbers from 0 up to 1.
    """

    most: int = 3
    first_wait: float = 1.0
    longest_wait: float = 30.0
    chance: Callable[[], float] = random.random

    def wait(self, error: OpenRouterError, made: int) -> float | None:
        """Return the seconds before the next attempt after `error`; None when there is none.

        Args:
            error: Why the request failed. It must be the server that said so, and that another try may help: that can't
                bill twice. A network that is down is better shown at once.
            made: How many were made again before.
        """
        if not isinstance(error, ServerError) or not error.retryable or made >= self.most:
            return None
        if error.retry_after is None:
            return self.first_wait * (1 << made) * (1 + self.chance()) / 2
        if error.retry_after > self.longest_wait:
            return None
        return min(error.retry_after + self.first_wait * self.chance() / 2, self.longest_wait)


DEFAULT_RETRIES = Retries()
