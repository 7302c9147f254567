"""The request for a completion: its body checked, and what the emulator reads from it."""

import json
from dataclasses import dataclass
from typing import Any

from chat_tui.demo.attached import Measured, fingerprint, measured
from chat_tui.demo.catalogue import AUTO_ROUTER
from chat_tui.demo.faults import Fault, refusal
from chat_tui.demo.names import preset_of
from chat_tui.demo.presets import Presets


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A valid request for a completion.

    Args:
        body: The whole JSON object, as it came.
        settings: The body with what its preset sets.
        candidates: The models to try, in this order.
        messages: The conversation.
        digest: A number that is the same whenever the same conversation is sent.
        attached: What is attached to its messages; a fault when providers can't read that.
        preset: The preset that it names, or None.
    """

    body: dict[str, Any]
    settings: dict[str, Any]
    candidates: tuple[str, ...]
    messages: tuple[dict[str, Any], ...]
    digest: int
    attached: Measured | Fault
    preset: str | None = None

    @property
    def streams(self) -> bool:
        """Whether the client wants a stream."""
        return self.settings.get("stream") is True

    @property
    def is_text(self) -> bool:
        """Whether it is a prompt without messages, answered with plain text."""
        return "messages" not in self.settings

    @property
    def token_limit(self) -> int | None:
        """The most tokens that the completion may have; None for no limit."""
        limit = self.settings.get("max_completion_tokens")
        return limit if limit is not None else self.settings.get("max_tokens")  # the older name

    @property
    def prompt(self) -> str:
        """The text of the last user message; empty when there is none."""
        return "\n".join(part["text"] for part in self._last_user_parts() if part["type"] == "text")

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """The parts of the last user message that aren't text."""
        return [part for part in self._last_user_parts() if part["type"] != "text"]

    @property
    def pdf_engine(self) -> str:
        """Who reads documents; empty when the request leaves that open."""
        chosen = [plugin for plugin in self.settings.get("plugins") or () if plugin["id"] == "file-parser"]
        options = next((plugin.get("pdf") for plugin in chosen if plugin.get("enabled", True)), None) or {}
        return options.get("engine") or ""

    @property
    def part_types(self) -> list[str]:
        """The types of all parts of all messages of users, for example `image_url`."""
        users = (message for message in self.messages if message["role"] == "user")
        return [part["type"] for message in users for part in _parts(message)]

    @property
    def has_tool_results(self) -> bool:
        """Whether the conversation ends with what tools answered."""
        return bool(self.messages[-1]["role"] == "tool")

    @property
    def searches(self) -> bool:
        """Whether the web is searched, by a tool of the server or by the older plugin."""
        tools = {tool["type"] for tool in self.settings.get("tools") or ()}
        plugins = {plugin["id"] for plugin in self.settings.get("plugins") or () if plugin.get("enabled", True)}
        return "web" in plugins or any(name.removeprefix("openrouter:").startswith("web_search") for name in tools)

    @property
    def wants_json(self) -> bool:
        """Whether the answer must be JSON."""
        asked = self.settings.get("response_format") or {}
        return asked.get("type") in ("json_object", "json_schema")

    @property
    def top_logprobs(self) -> int | None:
        """How many of the likeliest tokens are wanted with each token; None when none is to be weighed."""
        return int(self.settings.get("top_logprobs") or 0) if self.settings.get("logprobs") is True else None

    @property
    def wants_reasoning(self) -> bool:
        """Whether the model may reason: yes, unless the request turns it off."""
        reasoning = self._reasoning()
        is_off = "none" in (reasoning.get("effort"), self.settings.get("reasoning_effort"))
        return not is_off and reasoning.get("enabled") is not False

    @property
    def hides_reasoning(self) -> bool:
        """Whether reasoning is done and paid for but not sent."""
        return self._reasoning().get("exclude") is True or self.settings.get("include_reasoning") is False

    @property
    def compresses(self) -> bool:
        """Whether a conversation that is too long loses its middle."""
        plugins = self.settings.get("plugins") or []
        chosen = [plugin for plugin in plugins if plugin["id"] == "context-compression"]
        return any(plugin.get("enabled", True) for plugin in chosen) or bool(self.settings.get("transforms"))

    def _reasoning(self) -> dict[str, Any]:
        return self.settings.get("reasoning") or {}

    def _last_user_parts(self) -> list[dict[str, Any]]:
        users = [message for message in self.messages if message["role"] == "user"]
        return _parts(users[-1]) if users else []


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def parse(raw: bytes, presets: Presets) -> ChatRequest | Fault:
    """Check a request's body.

    Args:
        raw: The body.
        presets: Those that it may name.

    Returns:
        The request, or the fault that the client gets.
    """
    # Pydantic is slow to import, and the demo must be quick to start.
    from chat_tui.demo.validation import problem_of

    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return refusal(400, "Invalid JSON body", names_user=True)
    if not isinstance(body, dict):
        return refusal(400, "The body must be a JSON object", names_user=True)
    problem = problem_of(body)
    if problem is not None:
        return refusal(400, problem, {"error_type": "invalid_request"}, names_user=True)
    model, preset = preset_of(body.get("model") or "")
    preset = preset or body.get("preset")
    asked = {**body, "model": model} if model else {key: value for key, value in body.items() if key != "model"}
    settings = presets.applied(preset, asked) if preset else asked
    if settings is None:
        return refusal(404, f"Preset “{preset}” not found", names_user=True)
    messages = settings.get("messages") or [{"role": "user", "content": settings["prompt"]}]
    digest = fingerprint(messages)
    return ChatRequest(body, settings, _candidates(settings), tuple(messages), digest, measured(messages), preset)


def _candidates(settings: dict[str, Any]) -> tuple[str, ...]:
    named = [settings.get("model"), *(settings.get("models") or ())]
    return tuple(dict.fromkeys(filter(None, named))) or (AUTO_ROUTER,)
