"""How likely a reply's tokens were, as the journal keeps it: in the wire's words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from chat_tui.conversation.values import Chance, Json, Likely


def encode_chances(chances: Iterable[Chance]) -> list[Json]:
    """Return how likely tokens were, in the wire's words."""
    return [
        {**_encode_likely(token), **({"top_logprobs": [_encode_likely(one) for one in likeliest]} if likeliest else {})}
        for token, likeliest in chances
    ]


def decode_chances(kept: object) -> tuple[Chance, ...]:
    """Return how likely tokens were; what is no such thing is left out: the message counts for more."""
    return tuple(
        Chance(_decode_likely(one), tuple(map(_decode_likely, _dicts(one.get("top_logprobs"))))) for one in _dicts(kept)
    )


def _encode_likely(likely: Likely) -> dict[str, Any]:
    known = {"token": likely.text, "logprob": likely.logprob, "bytes": list(likely.data) or None}
    return {name: value for name, value in known.items() if value is not None}


def _decode_likely(kept: Json) -> Likely:
    text, logprob, data = kept.get("token"), kept.get("logprob"), kept.get("bytes")
    values = data if isinstance(data, list) else []
    return Likely(
        text if isinstance(text, str) else "",
        float(logprob) if isinstance(logprob, int | Decimal) else None,
        bytes(values) if all(type(byte) is int and 0 <= byte < 256 for byte in values) else b"",
    )


def _dicts(values: object) -> list[Json]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
