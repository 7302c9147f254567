"""Errors for people: the class of a failure, and the sentences that say what happened, why and what to do."""

from __future__ import annotations

import re

from chat_tui.openrouter import causes, errors
from chat_tui.openrouter.causes import Cause
from chat_tui.openrouter.diagnosis import cause_of
from chat_tui.openrouter.failure import Failure
from chat_tui.openrouter.server import Server
from chat_tui.text import one_line

_LONGEST_QUOTE = 500
_LONGEST_NAME = 80
_MOST_SUGGESTED = 3

_HTML = re.compile(r"\s*(?:<!doctype\s+html|<html|<head|<body|<\?xml|<!--)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)


def is_web_page(text: str) -> bool:
    """Whether `text` begins like HTML."""
    return _HTML.match(text) is not None


def status_error(failure: Failure) -> errors.StatusError:
    """Return the error for a failure with an HTTP status."""
    status, cause = failure.status or 0, cause_of(failure)
    kind = _KINDS.get(status, errors.ServerFault if status >= 500 else errors.StatusError)
    if cause is causes.UNKNOWN_MODEL and kind in (errors.BadRequest, errors.NotFound):
        kind = errors.UnknownModel
    failed = f"The request failed at {failure.server.name} (HTTP {status})"
    return kind(_sentence(failure, cause, failed, f" (HTTP {status})"), **_details(failure, cause))


def stream_fault(failure: Failure) -> errors.StreamFault:
    """Return the error for an error object under HTTP 200."""
    cause = cause_of(failure)
    failed = "The reply failed" if failure.words else "The provider ended the reply with an error and didn't say why"
    return errors.StreamFault(_sentence(failure, cause, failed, ""), **_details(failure, cause))


def under_ok(failure: Failure) -> errors.ServerError:
    """Return the error for a body under HTTP 200 that is nothing but an error object: by the status that it names."""
    return status_error(failure) if failure.status else stream_fault(failure)


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


def _details(failure: Failure, cause: Cause) -> errors.Details:
    retryable = _is_retryable(failure, cause)
    return {
        "status": failure.status,
        "message": failure.message or None,
        "metadata": failure.metadata,
        "availability": failure.availability,
        "provider": failure.provider,
        "raw": failure.raw,
        "limit_source": failure.limit_source,
        "code": failure.code,
        "retryable": retryable,
        "retry_after": failure.retry_after,
        "generation": failure.generation,
        "actions": _actions(failure, cause, retryable=retryable),
    }


def _is_retryable(failure: Failure, cause: Cause) -> bool:
    """Return what the server says, else whether the cause is one that passes; a limit that stays is neither."""
    said = failure.availability.get("retryable")
    return not cause.final and (said if isinstance(said, bool) else cause.transient)


def _actions(failure: Failure, cause: Cause, *, retryable: bool) -> tuple[errors.Action, ...]:
    again: errors.Action = "wait" if failure.retry_after else "retry"
    actions: list[errors.Action] = [again if action == "retry" else action for action in cause.actions]
    if retryable and not {"retry", "wait"} & set(actions):
        actions.insert(0, again)
    if failure.availability.get("retryable") is False and not cause.final:
        actions = [action for action in actions if action not in ("retry", "wait")]
    if _fallback_models(failure):
        actions.insert(0, "other_model")
    return tuple(dict.fromkeys(actions))


def _sentence(failure: Failure, cause: Cause, failed: str, http: str) -> str:
    """Return what happened and why, which models the server suggests, and what to do."""
    settings = " at openrouter.ai/settings/" if failure.server.name == "OpenRouter" else ""
    after = None if failure.retry_after is None else duration(failure.retry_after)
    words = {
        "name": failure.server.name,
        "provider": _provider(failure),
        "failed": failed,
        "http": http,
        "again": "Send it again" + (f" in {after}" if after and failure.retry_after else ""),
        "later": f"Try again in {after}" if after else "Try again in a minute",
        "tomorrow": f"Wait {after}" if after else "Wait until midnight UTC",
        "credits": settings and f"{settings}credits",
        "keys": settings and f"{settings}keys",
        "privacy": settings and f" or those{settings}privacy",
        "integrations": settings and f"{settings}integrations",
    }
    happened = cause.headline.format_map(words) + _obstacle(failure)
    said = "" if cause.silent else _quote(failure)
    if said:
        happened += f": {said}"
    else:
        happened += ", without saying why." if cause.vague else "."
    return " ".join(filter(None, (happened, _suggestion(failure), cause.advice.format_map(words))))


def _provider(failure: Failure) -> str:
    """Return the provider's name for a sentence, without repeating it when its words are quoted."""
    named = None if failure.raw else failure.provider
    return one_line(named, _LONGEST_NAME) if named else "The provider"


def _quote(failure: Failure) -> str:
    """Return what the server said, printable, on one line, ended with a full stop; empty when it said nothing."""
    reasons = failure.metadata.get("reasons")
    words = ", ".join(_texts(reasons)) or failure.words
    line = "" if is_web_page(words) else one_line(words, _LONGEST_QUOTE)
    return line if not line or line[-1] in ".!?…" else line + "."


def _obstacle(failure: Failure) -> str:
    """Return, in parentheses, the setting or the step of routing that left nothing."""
    constraint, step = failure.availability.get("constraint"), failure.word("failed_routing_step")
    if isinstance(constraint, dict):
        said = ": ".join(_texts([constraint.get("field"), constraint.get("detail")]))
        return f" ({one_line(said, 2 * _LONGEST_NAME)})" if said else ""
    return f" (routing stopped at “{one_line(step, _LONGEST_NAME)}”)" if step else ""


def _suggestion(failure: Failure) -> str:
    models = _fallback_models(failure)
    return f"{failure.server.name} suggests {' or '.join(models)}." if models else ""


def _fallback_models(failure: Failure) -> list[str]:
    named = (one_line(model, _LONGEST_NAME) for model in _texts(failure.availability.get("fallback_models")))
    return list(filter(None, named))[:_MOST_SUGGESTED]


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


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
