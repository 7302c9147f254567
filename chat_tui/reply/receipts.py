"""What a reply was served by and what it cost, from what the chunks say about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chat_tui.conversation.values import Receipt, Usage
from chat_tui.openrouter import types as wire

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
    return replace(receipt, usage=_usage(chunk.usage), cost=chunk.usage.cost, raw_usage=noted(chunk.usage.as_sent()))


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
    )
