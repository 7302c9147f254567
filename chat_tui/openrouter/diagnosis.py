"""From what a server said to its cause: the most specific thing that it said decides.

First whose limit was reached, then `availability`, then what else is in the metadata, the words for programs, known
phrases, and last the status.
"""

from __future__ import annotations

import re

from chat_tui.openrouter import causes
from chat_tui.openrouter.causes import Cause
from chat_tui.openrouter.failure import RATE_WORDS, Failure


def cause_of(failure: Failure) -> Cause:
    """Return why the request failed."""
    cause = (
        _limit(failure)
        or _AVAILABILITY.get(_word(failure.availability.get("code")))
        or _in_metadata(failure)
        or _by_word(failure, _WORDS)
        or _by_phrase(failure)
        or _by_word(failure, _GENERAL_WORDS)
        or _by_status(failure)
    )
    if cause in (causes.BAD_KEY, causes.KEY_NOT_SEEN) and failure.server.key is None:
        return causes.NO_KEY
    if cause in _OF_THE_ACCOUNT and failure.raw is not None and failure.limit_source is None:
        return causes.OWN_PROVIDER_KEY if _is_own_key(failure) else causes.PROVIDER_ACCOUNT
    return causes.NOT_AT_PROVIDER if cause is causes.UNKNOWN_MODEL and failure.raw is not None else cause


def _word(value: object) -> str:
    return value.lower() if isinstance(value, str) else ""


def _is_own_key(failure: Failure) -> bool:
    return failure.metadata.get("is_byok") is True


def _limit(failure: Failure) -> Cause | None:
    source, text = _word(failure.limit_source), failure.text
    if failure.is_daily:
        if source.startswith("openrouter") or "free-models-per-day" in text:
            return causes.DAILY_FREE_HIGH if "high-balance" in text else causes.DAILY_FREE
        return causes.DAILY
    if "weight_exceeds_budget" in failure.machine_words:
        return causes.IN_FLIGHT_TOO_HEAVY
    if cause := next((cause for word, cause in _LIMITS.items() if word in failure.machine_words), None):
        return _credits(text) if cause is causes.CREDITS else cause
    if failure.status != 429 and failure.machine_words.isdisjoint(RATE_WORDS):
        return None
    if "free-models-per-min" in text:
        return causes.FREE_PER_MINUTE
    if source.startswith("upstream") or failure.raw is not None:
        return causes.OWN_LIMIT if _is_own_key(failure) else causes.SHARED_POOL
    return None


def _credits(text: str) -> Cause:
    affordable = _AFFORDABLE.search(text)
    if affordable and len(affordable[1]) >= _DIGITS_WORTH_WRITING:
        return causes.CREDITS_FOR_LESS
    return causes.CREDITS_FOR_PROMPT if "prompt tokens" in text else causes.CREDITS


def _in_metadata(failure: Failure) -> Cause | None:
    if isinstance(failure.metadata.get("reasons"), list):
        return causes.MODERATION
    if "patterns" in failure.metadata:
        return causes.GUARDRAIL
    step = failure.word("failed_routing_step").lower()
    if not step and "routing_funnel" not in failure.metadata:
        return None
    return causes.DATA_POLICY if _PRIVATE_STEP.search(step) else _by_phrase(failure) or causes.NO_ENDPOINTS


def _by_word(failure: Failure, table: dict[str, Cause]) -> Cause | None:
    return next((cause for word, cause in table.items() if word in failure.machine_words), None)


def _by_phrase(failure: Failure) -> Cause | None:
    text, status = failure.text, failure.status or 400
    return next((cause for statuses, phrase, cause in _PHRASES if status in statuses and phrase.search(text)), None)


def _by_status(failure: Failure) -> Cause:
    status = failure.status
    if status is None:
        return causes.UNKNOWN
    if status == 402:
        return _credits(failure.text)
    if failure.from_gateway and status in (504, 524):
        return causes.GATEWAY_TIMED_OUT
    return _STATUSES.get(status, causes.SERVER if status >= 500 else causes.REFUSED)


_DIGITS_WORTH_WRITING = 3
_AFFORDABLE = re.compile(r"can only afford (\d{1,12})")
_PRIVATE_STEP = re.compile(r"policy|privacy|zdr|retention|guardrail")
_OF_THE_ACCOUNT = (causes.BAD_KEY, causes.NO_KEY, causes.CREDITS, causes.PERMISSION)

_LIMITS = {
    "openrouter_key_limit": causes.KEY_LIMIT,
    "openrouter_in_flight_budget": causes.IN_FLIGHT,
    "in_flight_budget_exhausted": causes.IN_FLIGHT,
    "openrouter_credits": causes.CREDITS,
    "insufficient_quota": causes.CREDITS,
    "openrouter_admission_control": causes.ADMISSION,
}

_AVAILABILITY = {
    "model_not_found": causes.UNKNOWN_MODEL,
    "wrong_endpoint": causes.WRONG_ENDPOINT,
    "no_endpoints": causes.NO_ENDPOINTS,
    "model_deprecated": causes.RETIRED,
    "model_unavailable_upstream": causes.GONE_UPSTREAM,
    "capacity_exhausted": causes.NO_CAPACITY,
    "temporarily_unavailable": causes.TEMPORARY,
    "region_restricted": causes.REGION,
    "privacy_restricted": causes.DATA_POLICY,
    "constraint_filtered": causes.CONSTRAINT,
    "free_variant_ended": causes.FREE_ENDED,
}

# OpenRouter's `error_type`, and what providers and other servers call the same.
_WORDS = {
    "context_length_exceeded": causes.TOO_LONG,
    "token_limit_exceeded": causes.TOO_LONG,
    "string_too_long": causes.TEXT_TOO_LONG,
    "max_tokens_exceeded": causes.REPLY_TOO_LONG,
    "content_policy_violation": causes.POLICY,
    "refusal": causes.REFUSAL,
    "invalid_prompt": causes.BAD_PROMPT,
    "invalid_image": causes.BAD_IMAGE,
    "image_too_large": causes.IMAGE_TOO_LARGE,
    "image_too_small": causes.IMAGE_TOO_SMALL,
    "unsupported_image_format": causes.IMAGE_FORMAT,
    "image_not_found": causes.IMAGE_NOT_FOUND,
    "image_download_failed": causes.IMAGE_NOT_LOADED,
    "payload_too_large": causes.TOO_LARGE,
    "provider_overloaded": causes.OVERLOADED,
    "engine_overloaded": causes.OVERLOADED,
    "overloaded_error": causes.OVERLOADED,
    "provider_unavailable": causes.UNAVAILABLE,
    "timeout": causes.TIMED_OUT,
    "model_not_found": causes.UNKNOWN_MODEL,
}

# What leaves open why; a phrase that is known says more.
_GENERAL_WORDS = {
    "rate_limit_exceeded": causes.RATE,
    "rate_limit_error": causes.RATE,
    "authentication": causes.BAD_KEY,
    "payment_required": causes.CREDITS,
    "permission_denied": causes.PERMISSION,
    "not_found": causes.NOT_FOUND,
    "invalid_request": causes.BAD_REQUEST,
    "invalid_request_error": causes.BAD_REQUEST,
    "precondition_failed": causes.BAD_REQUEST,
    "unprocessable": causes.BAD_REQUEST,
    "server": causes.SERVER,
    "server_error": causes.SERVER,
}

_REQUEST = frozenset({400, 404, 422})
_SIZE = frozenset({400, 404, 413, 422, 500, 502})
_ROUTES = frozenset({400, 403, 404, 503})
_FORBIDDEN = frozenset({403})

_PHRASES = [
    (statuses, re.compile(pattern), cause)
    for statuses, pattern, cause in (
        (
            _REQUEST,
            r"not a valid model|no models provided|model\b.{0,200}?\b(?:not found|does not exist|doesn't exist)",
            causes.UNKNOWN_MODEL,
        ),
        (
            _SIZE,
            r"maximum context length|context (?:length|window|size) (?:is )?exceeded|prompt is too long"
            r"|exceeds? the (?:available |model's |maximum )?context",
            causes.TOO_LONG,
        ),
        (_ROUTES, r"data policy|privacy settings|zero data retention", causes.DATA_POLICY),
        (_ROUTES, r"no endpoints found that support (?:image|audio|file|video|pdf)", causes.NO_SUCH_INPUT),
        (_ROUTES, r"no endpoints found that (?:support|can handle)", causes.NO_SUCH_SETTING),
        (_ROUTES, r"no endpoints|no allowed providers|all providers have been ignored", causes.NO_ENDPOINTS),
        (
            _FORBIDDEN,
            r"budget|(?:spend(?:ing)?|key|total|credit|monthly|weekly|daily) limit|limit exceeded",
            causes.BUDGET,
        ),
        (_FORBIDDEN, r"\bregions?\b|\bcountry\b|\bterritory\b|\bjurisdiction\b", causes.REGION),
        (_FORBIDDEN, r"\bguardrails?\b", causes.GUARDRAIL),
        (_FORBIDDEN, r"\bmoderation\b|\bflagged\b", causes.MODERATION),
        (frozenset({401}), r"no cookie auth|no auth(?:entication|orization)?\b", causes.KEY_NOT_SEEN),
    )
]

_STATUSES = {
    400: causes.BAD_REQUEST,
    401: causes.BAD_KEY,
    403: causes.PERMISSION,
    404: causes.NOT_FOUND,
    405: causes.NOT_OFFERED,
    407: causes.PROXY_LOGIN,
    408: causes.TIMED_OUT,
    412: causes.BAD_REQUEST,
    413: causes.TOO_LARGE,
    415: causes.BAD_REQUEST,
    422: causes.BAD_REQUEST,
    429: causes.RATE,
    501: causes.NOT_OFFERED,
    502: causes.UNAVAILABLE,
    503: causes.NOT_NOW,
    504: causes.TIMED_OUT,
    505: causes.NOT_OFFERED,
    511: causes.NETWORK_LOGIN,
    524: causes.TIMED_OUT,
    529: causes.OVERLOADED,
}
