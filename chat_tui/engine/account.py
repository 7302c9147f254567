"""Asking the server how the account stands."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from chat_tui.models.account import Budget, Standing
from chat_tui.openrouter.account import KeyInfo
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import Forbidden, OpenRouterError, Unauthorized

_NOT_FOR_THIS_KEY = "unknown to this key"


class Account:
    """Asks how the account stands.

    Args:
        client: Asks the server.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    async def standing(self) -> Standing:
        """Return how the account stands now; what the server doesn't tell has a reason in place of a figure."""
        (bought, balance, no_credits), (key, no_key) = await asyncio.gather(self._credits(), self._key())
        free = key.free_model_daily_requests
        return Standing(
            bought=bought,
            balance=balance,
            no_credits=no_credits,
            budgets=_budgets(key),
            has_limit=None if no_key else key.limit is not None,
            used_month=key.usage_monthly,
            own_keys_month=key.byok_usage_monthly,
            free_limit=free.limit if free else None,
            free_remaining=free.remaining if free else None,
            is_free_tier=key.is_free_tier,
            expires=key.expires_at,
            no_key=no_key,
        )

    async def _credits(self) -> tuple[Decimal | None, Decimal | None, str]:
        try:
            found = await self._client.credits()
        except OpenRouterError as error:
            return None, None, error.sentence
        if found is None:
            return None, None, _NOT_FOR_THIS_KEY
        return found.total_credits, found.balance, "" if found.balance is not None else "not told"

    async def _key(self) -> tuple[KeyInfo, str]:
        try:
            return await self._client.key_info(), ""
        except (Unauthorized, Forbidden):
            return KeyInfo(), _NOT_FOR_THIS_KEY
        except OpenRouterError as error:
            return KeyInfo(), error.sentence


def _budgets(key: KeyInfo) -> tuple[Budget, ...]:
    own = [Budget("key limit", key.limit, key.limit_remaining, key.limit_reset or "")] if key.limit is not None else []
    others = [
        Budget(
            f"{one.scope or 'other'} budget",
            one.limit_usd,
            one.remaining_usd,
            one.resets_at or one.reset_interval or "",
        )
        for one in key.budgets
    ]
    return (*own, *others)
