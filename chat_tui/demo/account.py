"""The demo key's account: its limit, its credits, what it spent."""

from decimal import Decimal
from typing import Any

from chat_tui.demo.usage import number

_KEY_LIMIT = Decimal(10)
_CREDITS = Decimal(25)


def key_as_json(spent: Decimal, upstream: Decimal) -> dict[str, Any]:
    """Return the `data` object of `/key`; day, week and month are all since the server started."""
    usage, byok_usage = number(spent), number(upstream)
    return {
        "label": "sk-or-v1-dem...key",
        "limit": number(_KEY_LIMIT),
        "limit_remaining": number(max(_KEY_LIMIT - spent, Decimal(0))),
        "limit_reset": None,
        "include_byok_in_limit": False,
        "usage": usage,
        "usage_daily": usage,
        "usage_weekly": usage,
        "usage_monthly": usage,
        "byok_usage": byok_usage,
        "byok_usage_daily": byok_usage,
        "byok_usage_weekly": byok_usage,
        "byok_usage_monthly": byok_usage,
        "is_free_tier": False,
        "is_management_key": False,
        "is_provisioning_key": False,
        "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated."},
        "creator_user_id": None,
        "organization_id": None,
        "workspace_id": None,
        "expires_at": None,
        "allowed_data_regions": ["global"],
        "free_model_daily_requests": {"limit": 50, "used": 0, "remaining": 50},
        "budgets": [],
        "effective_budget": None,
    }


def credits_as_json(spent: Decimal) -> dict[str, Any]:
    """Return the `data` object of `/credits`, in USD."""
    return {"total_credits": number(_CREDITS), "total_usage": number(spent)}
