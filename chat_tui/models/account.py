"""How an account stands, as far as its server tells: credits, the key's limits, requests to free models."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Budget(NamedTuple):
    """A limit and what of it is left, in USD; None: not told."""

    name: str
    limit: Decimal | None
    remaining: Decimal | None
    resets: str = ""
    """When it begins anew: `monthly`, or a time in RFC 3339; empty: never, or not told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands; None and empty: the server doesn't say.

    Args:
        bought: USD of credits, of all keys.
        balance: USD of them that are left.
        no_credits: Why nothing is known of them.
        budgets: The key's limit first, then others that apply.
        has_limit: Whether the key has one; None: not told.
        used_month: USD, of this key.
        own_keys_month: USD that providers took from keys of one's own in this month.
        free_limit: Requests to free models that a day has.
        free_remaining: Of them, those that today has left.
        is_free_tier: Whether nothing was ever bought.
        expires: When the key ends, in RFC 3339.
        no_key: Why nothing is known of the key.
    """

    bought: Decimal | None = None
    balance: Decimal | None = None
    no_credits: str = ""
    budgets: tuple[Budget, ...] = ()
    has_limit: bool | None = None
    used_month: Decimal | None = None
    own_keys_month: Decimal | None = None
    free_limit: int | None = None
    free_remaining: int | None = None
    is_free_tier: bool | None = None
    expires: str | None = None
    no_key: str = ""
