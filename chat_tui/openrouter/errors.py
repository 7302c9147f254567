"""The errors of the API client, one tree.

    OpenRouterError               str(error) is one to three sentences for people
     ├─ UnusableKey               the key can't be sent: nothing was
     ├─ NoAnswer                  no HTTP reply: name not found, refused, TLS, connection lost
     ├─ TimedOut                  no connection, no reply, or silence while streaming, within the time-out
     ├─ ServerError               the server said that it failed
     │   ├─ StatusError           under an HTTP error status
     │   │   ├─ BadRequest        400, 422
     │   │   │   └─ UnknownModel  the server has no such model (400, 404)
     │   │   ├─ Unauthorized      401
     │   │   ├─ PaymentRequired   402
     │   │   ├─ Forbidden         403
     │   │   ├─ NotFound          404
     │   │   ├─ RequestTimeout    408
     │   │   ├─ TooLarge          413
     │   │   ├─ RateLimited       429
     │   │   └─ ServerFault       5xx
     │   └─ StreamFault           under HTTP 200: an error chunk, finish_reason "error"
     ├─ CutOff                    the stream ended with neither [DONE] nor a finish_reason
     └─ NotOpenRouter             something else answered: a proxy's page, a redirect, JSON of another kind
         └─ NotOffered            the server speaks enough of the API to chat, but has nothing of this kind

No error holds a key or a `user_id`, in any attribute. What the server said has passed the printable door in `sentence`;
`message`, `raw` and `metadata` are as they came, but for keys and user ids.
"""

# ruff: noqa: N818  (the names say what happened; the base class says that they are errors)

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypedDict, Unpack

Action = Literal[
    "retry",  # send the same again, now
    "wait",  # send the same again after `retry_after`; later, when that isn't known
    "other_model",
    "other_provider",
    "shorten",  # a shorter prompt, or less of the conversation
    "less_output",  # a lower limit for the reply's length
    "rephrase",
    "attach_less",  # fewer, smaller or other attachments
    "change_settings",  # the parameters of this chat
    "loosen_routing",  # the provider and privacy settings
    "add_credits",
    "raise_limit",  # the spending limit of the key or a budget
    "give_key",
    "check_network",
    "check_base_url",
]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class OpenRouterError(Exception):
    """What went wrong, for people (`sentence`) and for programs.

    Args:
        sentence: What happened, why and what to do: one to three short sentences.
        code: The server's code, whether it sent a number or a word.
        retryable: Whether the same request may well succeed later, and sending it again can't bill or answer twice.
        retry_after: Seconds to wait before that, when the server said.
        generation: The generation id, when one is known: what was billed can be asked for by it.
        actions: What to do next, the likeliest to help first; by default what fits the class.
    """

    usual_actions: ClassVar[tuple[Action, ...]] = ()

    def __init__(
        self,
        sentence: str,
        *,
        code: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        generation: str | None = None,
        actions: tuple[Action, ...] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.generation = generation
        self.actions = self.usual_actions if actions is None else actions


class UnusableKey(OpenRouterError):
    """The key has characters that no HTTP header carries."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("give_key",)


class NoAnswer(OpenRouterError):
    """No HTTP reply came, or only its beginning."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("check_network", "retry")


class TimedOut(OpenRouterError):
    """Nothing came within the time-out."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("retry", "other_provider", "other_model")


class Details(TypedDict, total=False):
    """What a `ServerError` takes beside its sentence."""

    status: int | None
    message: str | None
    metadata: Mapping[str, Any]
    provider: str | None
    raw: str | None
    code: str | None
    retryable: bool
    retry_after: float | None
    generation: str | None
    actions: tuple[Action, ...]
    limit_source: str | None
    availability: Mapping[str, Any]


class ServerError(OpenRouterError):
    """The server said that it failed; what is raised is always one of the classes below.

    `status` is the HTTP status; in a stream the error object's code, None when that is no HTTP status. `message` is
    what the server said, and `raw` what the provider did, without keys and user ids. `limit_source` is the server's
    word for whose limit was reached. `metadata` and `availability` are the error object's: `error_type`, `reason` and
    `file_annotations` are in the one; `code`, `requested_models`, `affected_providers`, `excluded_by`,
    `fallback_models`, `constraint` and `docs_url` in the other. Any of it may be missing or of another type.
    """

    usual_actions: ClassVar[tuple[Action, ...]] = ("retry", "other_model")

    def __init__(self, sentence: str, **details: Unpack[Details]) -> None:
        super().__init__(
            sentence,
            code=details.get("code"),
            retryable=details.get("retryable", False),
            retry_after=details.get("retry_after"),
            generation=details.get("generation"),
            actions=details.get("actions"),
        )
        self.status = details.get("status")
        self.message = details.get("message")
        self.metadata = details.get("metadata", _EMPTY)
        self.provider = details.get("provider")
        self.raw = details.get("raw")
        self.limit_source = details.get("limit_source")
        self.availability = details.get("availability", _EMPTY)


class StatusError(ServerError):
    """An HTTP error status that has no class of its own."""


class BadRequest(StatusError):
    """400 or 422: the server can't use the request."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("change_settings", "other_model")


class UnknownModel(BadRequest):
    """The server has no such model."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("other_model",)


class Unauthorized(StatusError):
    """401: no key, or one that the server doesn't know."""


class PaymentRequired(StatusError):
    """402: credits, a key's limit, or too much in flight for what is left."""


class Forbidden(StatusError):
    """403: moderation, a guardrail, a region, a budget, or a key without the permission."""


class NotFound(StatusError):
    """404: no endpoint can serve the request under the account's settings."""


class RequestTimeout(StatusError):
    """408: the provider took too long."""


class TooLarge(StatusError):
    """413: the request is larger than the server takes."""


class RateLimited(StatusError):
    """429: too many requests, here or at the provider."""


class ServerFault(StatusError):
    """5xx: the server or the provider failed."""


class StreamFault(ServerError):
    """The reply failed under HTTP 200."""


class CutOff(OpenRouterError):
    """The stream ended in the middle."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("retry", "other_provider", "other_model")


class NotOpenRouter(OpenRouterError):
    """What answered doesn't speak this API."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("check_base_url", "check_network")


class NotOffered(NotOpenRouter):
    """The server has nothing of the kind that was asked for, such as credits, presets or a list of providers."""

    usual_actions: ClassVar[tuple[Action, ...]] = ("check_base_url",)
