"""Errors for people: which class a failure is, and the sentences that say what happened, why and what to do."""

from __future__ import annotations

import re

from chat_tui.openrouter import errors
from chat_tui.openrouter.failure import Failure
from chat_tui.openrouter.server import Server
from chat_tui.text import one_line

_LONGEST_QUOTE = 500
_GIVE_A_KEY = "Set OPENROUTER_API_KEY, or put the key in credentials.toml."
_PICK_A_MODEL = "Choose one in the model picker, or list them with `chat-tui models`."

_TOO_LONG = frozenset({"context_length_exceeded", "token_limit_exceeded", "string_too_long"})
_TRANSIENT = frozenset({"rate_limit_exceeded", "provider_overloaded", "provider_unavailable", "server", "server_error"})
_TRANSIENT_STATUSES = frozenset({408, 429})

_HTML = re.compile(r"\s*(?:<!doctype\s+html|<html|<head|<body|<\?xml|<!--)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)


def is_web_page(text: str) -> bool:
    """Whether `text` begins like HTML."""
    return _HTML.match(text) is not None


def status_error(failure: Failure) -> errors.StatusError:
    """Return the error for a failure with an HTTP status."""
    status = failure.status or 0
    kind = _KINDS.get(status, errors.ServerFault if status >= 500 else errors.StatusError)
    if kind in (errors.BadRequest, errors.NotFound) and _names_no_model(failure):
        kind = errors.UnknownModel
    return kind(_sentence(kind, failure), **_attributes(failure))


def stream_fault(failure: Failure) -> errors.StreamFault:
    """Return the error for an error object under HTTP 200."""
    if failure.words:
        sentence = f"The reply failed: {_quote(failure)} Send it again, or choose another model."
    else:
        sentence = (
            "The provider ended the reply with an error and didn't say why. Send it again, or choose another model."
        )
    return errors.StreamFault(sentence, **_attributes(failure))


def web_page(server: Server, page: str, status: int) -> errors.NotOpenRouter:
    """Return the error for HTML where JSON or events were due."""
    title = _TITLE.search(page[:20_000])
    named = f" (“{one_line(server.without_keys(title[1]), 80)}”)" if title else ""
    return errors.NotOpenRouter(
        f"A web page{named} came from {server.origin} where data was due (HTTP {status}). "
        "Something in between answered, such as a proxy or a login page, or the base URL is wrong. "
        "Check the network and the base URL.",
        code=str(status),
    )


def unreadable(server: Server, status: int) -> errors.NotOpenRouter:
    """Return the error for a reply that isn't what the API sends."""
    return errors.NotOpenRouter(
        f"{server.origin} answered with something that isn't OpenRouter's format (HTTP {status}). "
        "Check the base URL: it should end in /api/v1, as in https://openrouter.ai/api/v1.",
        code=str(status),
    )


def redirected(server: Server, status: int) -> errors.NotOpenRouter:
    """Return the error for a redirect, which is never followed: the key would go along."""
    return errors.NotOpenRouter(
        f"{server.origin} sent us elsewhere (HTTP {status}), and redirects aren't followed with a key. "
        "Check the base URL, and whether the network wants a login.",
        code=str(status),
    )


def duration(seconds: float) -> str:
    """Return `seconds` for people: 7 s, 12 min, 5 h."""
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"


def _attributes(failure: Failure) -> errors.Details:
    return {
        "status": failure.status,
        "message": failure.message or None,
        "metadata": failure.metadata,
        "provider": failure.provider,
        "raw": failure.raw,
        "code": failure.code,
        "retryable": _retryable(failure),
        "retry_after": failure.retry_after,
        "generation": failure.generation,
    }


def _retryable(failure: Failure) -> bool:
    said, words, status = failure.availability.get("retryable"), failure.machine_words, failure.status
    if _is_daily(failure):
        return False
    if isinstance(said, bool):
        return said
    if status == 402:
        return "openrouter_in_flight_budget" in words
    if status is None:
        return bool(words & _TRANSIENT)
    return status in _TRANSIENT_STATUSES or status >= 500


def _is_daily(failure: Failure) -> bool:
    return "openrouter_free_tier_daily" in failure.machine_words or "free-models-per-day" in failure.message


def _names_no_model(failure: Failure) -> bool:
    words = failure.message.lower()
    named = "not a valid model" in words or "model not found" in words or "no models provided" in words
    return named or "model_not_found" in failure.machine_words


def _quote(failure: Failure, otherwise: str = "it didn't say why") -> str:
    """Return what the server said, printable, on one line, ended with a full stop."""
    words = failure.words
    if is_web_page(words):
        words = ""
    line = one_line(words, _LONGEST_QUOTE) or otherwise
    return line if line[-1] in ".!?…" else line + "."


def _sentence(kind: type[errors.StatusError], failure: Failure) -> str:
    if kind is errors.Unauthorized:
        return _unauthorized(failure)
    if kind is errors.PaymentRequired:
        return _payment(failure)
    if kind is errors.Forbidden:
        return _forbidden(failure)
    if kind is errors.RateLimited:
        return _rate(failure)
    if kind is errors.BadRequest and failure.machine_words & _TOO_LONG:
        return f"The conversation is too long for this model: {_quote(failure)} Choose one with a longer context."
    said, name = _quote(failure), failure.server.name
    return {
        errors.UnknownModel: f"{name} knows no such model: {said} {_PICK_A_MODEL}",
        errors.BadRequest: f"{name} can't use this request: {said} Change the settings, the attachments or the model.",
        errors.NotFound: f"Nothing can serve this request: {said} "
        "Choose another model, or loosen the provider and privacy settings.",
        errors.RequestTimeout: f"The provider took too long: {said} Send it again, or choose another model.",
        errors.TooLarge: f"The request is too large: {said} Attach less, or smaller files.",
        errors.ServerFault: f"The request failed at {name} (HTTP {failure.status}): {said} "
        "Send it again, or choose another model.",
    }.get(kind, f"{name} refused the request (HTTP {failure.status}): {said} Check the settings and send it again.")


def _unauthorized(failure: Failure) -> str:
    if failure.server.key is None:
        return f"{failure.server.name} wants a key, and there is none. {_GIVE_A_KEY}"
    return f"{failure.server.name} doesn't accept the key: {_quote(failure)} {_GIVE_A_KEY}"


def _payment(failure: Failure) -> str:
    said, words = _quote(failure), failure.machine_words
    if "openrouter_in_flight_budget" in words:
        return f"Too much is running for the credits that are left: {said} {_when(failure)}"
    if "openrouter_key_limit" in words:
        return (
            f"The key's spending limit is reached: {said} Raise it at openrouter.ai/settings/keys, or use another key."
        )
    return (
        f"The credits don't cover this: {said} "
        "Add some at openrouter.ai/settings/credits, lower the reply's length, or choose a cheaper model."
    )


def _forbidden(failure: Failure) -> str:
    reasons = failure.metadata.get("reasons")
    if isinstance(reasons, list):
        who = f"{failure.provider}'s moderation" if failure.provider else "Moderation"
        why = one_line(", ".join(reason for reason in reasons if isinstance(reason, str)), _LONGEST_QUOTE)
        return (
            f"{one_line(who, 80)} refused the prompt: {why or _quote(failure)}. Rephrase it, or choose another model."
        )
    if "patterns" in failure.metadata:
        return f"A guardrail of the account refused the prompt: {_quote(failure)} Rephrase it, or ask who set it."
    return (
        f"{failure.server.name} doesn't allow this: {_quote(failure)} Check the key's permissions, budget and region."
    )


def _rate(failure: Failure) -> str:
    said = _quote(failure)
    if _is_daily(failure):
        return f"The daily limit for free models is reached: {said} {_when(failure, 'It starts again at midnight UTC')}"
    if failure.word("limit_source").startswith("upstream") or failure.raw:
        return f"The provider's shared capacity is busy: {said} {_when(failure)} Another provider may be free now."
    return f"Too many requests: {said} {_when(failure)}"


def _when(failure: Failure, otherwise: str = "Try again in a minute") -> str:
    return f"{otherwise}." if failure.retry_after is None else f"Try again in {duration(failure.retry_after)}."


_KINDS: dict[int, type[errors.StatusError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    402: errors.PaymentRequired,
    403: errors.Forbidden,
    404: errors.NotFound,
    408: errors.RequestTimeout,
    413: errors.TooLarge,
    422: errors.BadRequest,
    429: errors.RateLimited,
}
