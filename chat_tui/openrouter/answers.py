"""Bodies that came under HTTP 200: the JSON object that was asked for, else the error that says what came instead."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chat_tui.openrouter import errors, sentences
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.failure import failure_in_object
from chat_tui.openrouter.server import Server


def json_object(server: Server, text: str) -> dict[str, Any]:
    """Return the JSON object in `text`.

    Raises:
        OpenRouterError: It is something else.
    """
    try:
        value = decode_json(text)
    except ValueError as error:
        raise not_ours(server, text) from error
    if not isinstance(value, dict):
        raise not_ours(server, text)
    return value


def whole_completion(server: Server, text: str, generation: str | None) -> dict[str, Any]:
    """Return the JSON object of a completion that came whole, its notes without secrets.

    Raises:
        OpenRouterError: There is only an error in it, or something else.
    """
    value = json_object(server, text)
    if isinstance(value.get("choices"), list):
        return server.without_secrets_in_notes(value)
    if value.get("error"):
        raise sentences.under_ok(failure_in_object(server, value, generation=generation))
    raise not_ours(server, text)


def not_ours(server: Server, text: str) -> errors.OpenRouterError:
    """Return the error for `text` that came under HTTP 200 and isn't what was asked for."""
    if sentences.is_web_page(text):
        return sentences.web_page(server, text, 200)
    with suppress(ValueError):
        value = decode_json(text)
        if isinstance(value, dict) and value.get("error"):
            return sentences.under_ok(failure_in_object(server, value))
    return sentences.unreadable(server, 200)
