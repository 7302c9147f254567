"""What a reply was served by and what it cost, from what the chunks say about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from chat_tui.conversation.values import Receipt, Usage
from chat_tui.openrouter import types as wire
from chat_tui.openrouter.account import Generation

T = TypeVar("T")

# Characters of JSON; what servers send is a few hundred, and the journal keeps it with every reply.
_LONGEST_NOTE = 100_000
_LONGEST_NAME = 1000


def receipt_after(receipt: Receipt, chunk: wire.Chunk, choice: wire.Choice | None) -> Receipt:
    """Return `receipt` with what `chunk` and its `choice` add; what they don't say stays, the latest usage counts."""
    receipt = replace(
        receipt,
        model=_named(chunk.model) or receipt.model,
        provider=_named(chunk.provider) or receipt.provider,
        generation=receipt.generation or _named(chunk.id),
        service_tier=_named(chunk.service_tier) or receipt.service_tier,
        finish=_named(choice.finish_reason if choice else None) or receipt.finish,
        native_finish=_named(choice.native_finish_reason if choice else None) or receipt.native_finish,
        metadata=noted(chunk.openrouter_metadata) or receipt.metadata,
    )
    if chunk.usage is None:
        return receipt
    usage = chunk.usage
    parts = usage.cost_details or wire.CostDetails()
    return replace(
        receipt,
        usage=_usage(usage),
        cost=usage.cost,
        is_byok=usage.is_byok,
        upstream_cost=parts.upstream_inference_cost,
        tool_cost=parts.server_tool_cost,
        raw_usage=noted(usage.as_sent()),
    )


def settled(receipt: Receipt, found: Generation) -> Receipt:
    """Return `receipt` with what `/generation` knows; what that doesn't say stays."""
    known = receipt.usage
    return replace(
        receipt,
        model=_named(found.model) or receipt.model,
        provider=_named(found.provider_name) or receipt.provider,
        service_tier=_named(found.service_tier) or receipt.service_tier,
        finish=_named(found.finish_reason) or receipt.finish,
        native_finish=_named(found.native_finish_reason) or receipt.native_finish,
        usage=known._replace(
            prompt_tokens=_either(found.native_tokens_prompt, known.prompt_tokens),
            completion_tokens=_either(found.native_tokens_completion, known.completion_tokens),
            reasoning_tokens=_either(found.native_tokens_reasoning, known.reasoning_tokens),
            cached_tokens=_either(found.native_tokens_cached, known.cached_tokens),
            image_tokens=_either(found.native_tokens_completion_images, known.image_tokens),
        ),
        cost=_either(cost_of(found), receipt.cost),
        is_byok=_either(found.is_byok, receipt.is_byok),
        # Without a key of one's own this amount is none, not nothing.
        upstream_cost=found.upstream_inference_cost if found.is_byok else receipt.upstream_cost,
        cache_discount=_either(found.cache_discount, receipt.cache_discount),
    )


def cost_of(found: Generation) -> Decimal | None:
    """Return what the server took for a generation, in USD; None while it doesn't say."""
    return _either(found.total_cost, found.usage)


def _either(said: T | None, known: T | None) -> T | None:
    return known if said is None else said


def noted(note: Any) -> Mapping[str, Any]:
    """Return `note` when it is an object that is short enough to be kept, else nothing."""
    is_kept = isinstance(note, dict) and len(json.dumps(note, default=str)) <= _LONGEST_NOTE
    return note if is_kept else {}


def _named(name: str | None) -> str | None:
    """Return `name` when it is as short as names are."""
    return name if name and len(name) <= _LONGEST_NAME else None


def _usage(usage: wire.Usage) -> Usage:
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reasoning_tokens=completion.reasoning_tokens if completion else None,
        cached_tokens=prompt.cached_tokens if prompt else None,
        cache_write_tokens=prompt.cache_write_tokens if prompt else None,
        prompt_audio_tokens=prompt.audio_tokens if prompt else None,
        prompt_video_tokens=prompt.video_tokens if prompt else None,
        image_tokens=completion.image_tokens if completion else None,
        audio_tokens=completion.audio_tokens if completion else None,
    )
