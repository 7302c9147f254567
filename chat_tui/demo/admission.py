"""Whether a valid request can be served: its model, its endpoint, and what fits into the context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_tui.demo.attached import parsed_before, without_blobs
from chat_tui.demo.faults import Fault, refusal
from chat_tui.demo.names import Named, named
from chat_tui.demo.request import ChatRequest
from chat_tui.demo.routing import Route, route
from chat_tui.demo.usage import TOKENS_PER_ATTACHMENT, prompt_tokens

_MISROUTED = "demo/misrouted"
"""Answers as a model that wasn't asked for, from a provider that may not serve."""

# What OpenRouter keeps for itself.
_OURS = frozenset({"models", "provider", "plugins", "preset", "debug", "transforms", "route", "session_id", "usage"})


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that somebody serves.

    Args:
        named: The model.
        route: Who serves it.
        prompt_tokens: The tokens of the request, after compression if there was any.
        compressed_from: The tokens before it; None when there was none.
        left_out: The messages in the middle that it took out.
    """

    named: Named
    route: Route
    prompt_tokens: int
    compressed_from: int | None = None
    left_out: int = 0

    @property
    def served_slug(self) -> str:
        """The model as responses report it."""
        return "demo/markdown" if self.named.model.id == _MISROUTED else self.named.model.served_slug

    @property
    def provider(self) -> str:
        """The provider's display name, as responses report it."""
        return "Novita" if self.named.model.id == _MISROUTED else self.route.endpoint.provider.name

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """The providers that had no room, as the attempts that they were."""
        about = {"status": 429, "model_permaslug": self.served_slug}
        return [{**about, "provider_name": endpoint.provider.name} for endpoint in self.route.busy]

    def can(self, parameter: str) -> bool:
        """Tell whether the model heeds a parameter of requests; one that it doesn't is ignored."""
        return parameter in self.named.model.entry["supported_parameters"]

    def parsed(self, chat: ChatRequest) -> dict[str, int]:
        """Return the pages of each document that is read for the model, by its digest; not of those read before."""
        is_native = chat.pdf_engine in ("", "native") and "file" in self.named.model.inputs
        if is_native or isinstance(chat.attached, Fault):
            return {}
        known = parsed_before(chat.messages)
        return {digest: pages for digest, pages in chat.attached.pages if digest not in known}

    def upstream_body(self, chat: ChatRequest) -> dict[str, Any]:
        """Return the body that goes to the provider, without the megabytes in it."""
        passed = {key: without_blobs(value) for key, value in chat.settings.items() if key not in _OURS}
        return {**passed, "model": self.named.model.id.partition("/")[2]}

    def routing(self, requested: str, attempts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return how it was routed (OpenAPI OpenRouterMetadata), after the `attempts` that failed."""
        available = [
            {
                "provider": endpoint.provider.name,
                "model": endpoint.model.id,
                "selected": endpoint is self.route.endpoint,
            }
            for endpoint in self.route.available
        ]
        failed = [
            {"provider": attempt["provider_name"], "model": attempt["model_permaslug"], "status": attempt["status"]}
            for attempt in attempts
        ]
        is_another_model = len(attempts) > len(self.route.busy)
        served = {"provider": self.provider, "model": self.named.model.id, "status": 200}
        return {
            "requested": requested,
            "strategy": "fallback" if is_another_model else self.named.strategy,
            "region": "demo",
            "summary": f"available={len(available)}, selected={self.provider} (simulated)",
            "attempt": len(failed) + 1,
            "is_byok": self.route.endpoint.provider.own_key,
            "endpoints": {"total": len(available), "available": available},
            "attempts": [*failed, served],
            **({} if self.compressed_from is None else {"pipeline": [self._compression()]}),
        }

    def _compression(self) -> dict[str, Any]:
        before, after, gone = self.compressed_from, self.prompt_tokens, self.left_out
        tokens = f"{before:,} → {after:,} tokens"
        return {
            "type": "context_compression",
            "name": "context-compression",
            "summary": f"{gone} message{'s' * (gone != 1)} left out, {tokens}" if gone else tokens,
            "data": {"engine": "middle-out", "original_tokens": before, "compressed_tokens": after},
        }


def admit(chat: ChatRequest, candidate: str) -> Admitted | Fault:
    """Find who serves a request.

    Args:
        chat: The request.
        candidate: The one of its models that is tried.

    Returns:
        Who serves it, or the fault that the client gets.
    """
    found = named(candidate, chat.digest)
    if found is None:
        return refusal(400, f"{candidate} is not a valid model ID", names_user=True)
    reasoning = found.model.entry.get("reasoning", {})
    if reasoning.get("mandatory") and not chat.wants_reasoning:
        return refusal(400, "Reasoning is mandatory for this endpoint and cannot be disabled.", names_user=True)
    modalities = chat.settings.get("modalities") or ()
    if "audio" in modalities and not chat.streams:
        return refusal(400, "Audio output requires stream: true", names_user=True)
    path = route(found, chat.settings, chat.part_types)
    if isinstance(path, Fault):
        return path
    tokens, room = _tokens(chat), path.endpoint.context_length
    asked = tokens + (chat.token_limit or 0)
    if asked > room:
        if not chat.compresses:
            return _too_long(tokens, asked, room)
        fitting = max(1, min(tokens, room - (chat.token_limit or 0)))
        return Admitted(found, path, fitting, compressed_from=tokens, left_out=_left_out(chat.messages, fitting))
    return Admitted(found, path, tokens)


def _tokens(chat: ChatRequest) -> int:
    """Return the tokens of a request, what is attached as it was measured."""
    tokens = prompt_tokens(chat.messages)
    if isinstance(chat.attached, Fault):
        return tokens
    parts = sum(kind != "text" for kind in chat.part_types)
    return tokens - parts * TOKENS_PER_ATTACHMENT + chat.attached.tokens


def _left_out(messages: Sequence[dict[str, Any]], room: int) -> int:
    """Return how many messages go from the middle until the others have at most `room` tokens; two always stay."""
    kept = list(messages)
    while len(kept) > 2 and prompt_tokens(kept) > room:
        del kept[len(kept) // 2]
    return len(messages) - len(kept)


def _too_long(tokens: int, asked: int, room: int) -> Fault:
    return refusal(
        400,
        f"This endpoint's maximum context length is {room} tokens. However, you requested about {asked} tokens "
        f"({tokens} of text input, {asked - tokens} in the output). Please reduce the length of either one, or use the "
        "context-compression plugin to compress your prompt automatically.",
        {"error_type": "context_length_exceeded", "provider_name": None},
        names_user=True,
    )
