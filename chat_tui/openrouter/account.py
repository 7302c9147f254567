"""What belongs to an account: keys with their limits, the credits, and what each generation cost.

The sources are OpenRouter's OpenAPI description and its Python SDK; nearly every field may be null or absent.
"""

from __future__ import annotations

from decimal import Decimal

from chat_tui.openrouter.lenient import Count, Many, Money, Wire


class FreeRequests(Wire):
    """Requests to `:free` models today; the counter starts again at midnight UTC."""

    limit: Count | None = None
    used: Count | None = None
    remaining: Count | None = None


class KeyBudget(Wire):
    """A budget that applies to a key, in US dollars; `resets_at` is a time in RFC 3339."""

    scope: str | None = None
    limit_usd: Money | None = None
    spend_usd: Money | None = None
    remaining_usd: Money | None = None
    reset_interval: str | None = None
    resets_at: str | None = None
    include_byok: bool | None = None
    budget_id: str | None = None
    guardrail_id: str | None = None


class KeyInfo(Wire):
    """A key's label, limit and use, in US dollars. `limit` None: no limit. The account's balance isn't here."""

    label: str | None = None
    limit: Money | None = None
    limit_remaining: Money | None = None
    limit_reset: str | None = None
    usage: Money | None = None
    usage_daily: Money | None = None
    usage_weekly: Money | None = None
    usage_monthly: Money | None = None
    byok_usage: Money | None = None
    byok_usage_daily: Money | None = None
    byok_usage_weekly: Money | None = None
    byok_usage_monthly: Money | None = None
    include_byok_in_limit: bool | None = None
    is_free_tier: bool | None = None
    is_management_key: bool | None = None
    expires_at: str | None = None
    workspace_id: str | None = None
    organization_id: str | None = None
    allowed_data_regions: Many[str] = ()
    free_model_daily_requests: FreeRequests | None = None
    budgets: Many[KeyBudget] = ()
    effective_budget: KeyBudget | None = None


class Credits(Wire):
    """What the account has bought and used, in US dollars, all keys together."""

    total_credits: Money | None = None
    total_usage: Money | None = None

    @property
    def balance(self) -> Decimal | None:
        """What is left; below zero when more was used. None when the server told only half."""
        if self.total_credits is None or self.total_usage is None:
            return None
        return self.total_credits - self.total_usage


class ProviderResponse(Wire):
    """One provider's answer to a request that the router passed on; `status` is HTTP's, `latency` in ms."""

    id: str | None = None
    endpoint_id: str | None = None
    provider_name: str | None = None
    model_permaslug: str | None = None
    status: int | None = None
    latency: float | None = None
    is_byok: bool | None = None
    routed_service_tier: str | None = None


class Generation(Wire):
    """What became of one request. Costs are in US dollars, times in ms; `native_` tokens are the model's own count.

    `total_cost` is what the account paid; `upstream_inference_cost` what its own provider key paid.
    """

    id: str | None = None
    upstream_id: str | None = None
    request_id: str | None = None
    session_id: str | None = None
    preset_id: str | None = None
    created_at: str | None = None
    model: str | None = None
    provider_name: str | None = None
    router: str | None = None
    service_tier: str | None = None
    data_region: str | None = None
    api_type: str | None = None
    origin: str | None = None
    app_id: int | None = None
    http_referer: str | None = None
    user_agent: str | None = None
    external_user: str | None = None
    workspace_id: str | None = None
    streamed: bool | None = None
    cancelled: bool | None = None
    is_byok: bool | None = None
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    latency: float | None = None
    generation_time: float | None = None
    moderation_latency: float | None = None
    tokens_prompt: Count | None = None
    tokens_completion: Count | None = None
    native_tokens_prompt: Count | None = None
    native_tokens_completion: Count | None = None
    native_tokens_reasoning: Count | None = None
    native_tokens_cached: Count | None = None
    native_tokens_completion_images: Count | None = None
    num_media_prompt: Count | None = None
    num_media_completion: Count | None = None
    num_input_audio_prompt: Count | None = None
    num_search_results: Count | None = None
    num_fetches: Count | None = None
    total_cost: Money | None = None
    usage: Money | None = None
    upstream_inference_cost: Money | None = None
    cache_discount: Money | None = None
    web_search_engine: str | None = None
    response_cache_source_id: str | None = None
    provider_responses: Many[ProviderResponse] = ()
