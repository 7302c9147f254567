"""What providers remember of earlier prompts: the beginning of a conversation costs less the second time."""

from collections.abc import Sequence
from typing import Any

from chat_tui.demo.attached import fingerprint
from chat_tui.demo.endpoints import Endpoint
from chat_tui.demo.usage import prompt_tokens

_LEAST = 1024  # tokens; shorter beginnings aren't kept


class PromptCache:
    """The beginnings of all prompts, for each endpoint."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, int]] = set()

    def cached_tokens(self, endpoint: Endpoint, messages: Sequence[dict[str, Any]]) -> int:
        """Return how many tokens of a prompt are remembered, and remember all of it."""
        if not endpoint.entry["supports_implicit_caching"]:
            return 0
        cached = tokens = digest = 0
        for message in messages:
            tokens += prompt_tokens([message])
            digest = fingerprint(message, digest)
            beginning = (endpoint.model.id, endpoint.tag, digest)
            if beginning in self._seen:
                cached = tokens
            self._seen.add(beginning)
        return cached if cached >= _LEAST else 0
