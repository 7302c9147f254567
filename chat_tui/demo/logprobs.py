"""How likely each token of a reply was: made up, plausible, and the same whenever the same is said."""

import zlib
from collections.abc import Iterator, Sequence
from math import log
from typing import Any

_RIVALS = (
    *(" the", " a", " simulated", "\n", ",", " is", " and", " of", ".", " not", " this", " here", " it", " that"),
    *(" in", " one", " to", " so", " demo", " an", " but", " for"),
)
_LEAST = 0.35
_SHARE = 0.6  # of what is left, for each next rival


def logprobs_of(tokens: Sequence[str], top: int | None) -> dict[str, Any]:
    """Return how likely `tokens` were (OpenAPI ChatTokenLogprobs), each with the `top` likeliest ones at its place."""
    return {"content": list(_weighed(tokens, top or 0)), "refusal": None}


def _weighed(tokens: Sequence[str], top: int) -> Iterator[dict[str, Any]]:
    for token in tokens:
        for piece in _pieces(token):
            seed = zlib.crc32(piece)
            likely = _LEAST + (1 - _LEAST) * (seed % 997) / 998
            rivals = [rival for rival in _RIVALS if rival.encode() != piece]
            first, left = seed // 997 % len(rivals), 1 - likely
            others = []
            for rival in (rivals[first:] + rivals[:first])[: max(0, top - 1)]:
                others.append(_entry(rival.encode(), left * _SHARE))
                left *= 1 - _SHARE
            found = _entry(piece, likely)
            listed = sorted([found, *others], key=lambda entry: -entry["logprob"]) if top else []
            yield {**found, "top_logprobs": listed}


def _pieces(token: str) -> list[bytes]:
    """Return the bytes of `token`; a picture character is two tokens to models, each of them half a character."""
    data = token.encode("utf-8", "replace")
    return [data[:2], data[2:]] if len(token) == 1 and len(data) == 4 else [data]


def _entry(data: bytes, likely: float) -> dict[str, Any]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "".join(f"\\x{byte:02x}" for byte in data)
    return {"token": text, "logprob": round(log(likely), 6), "bytes": list(data)}
