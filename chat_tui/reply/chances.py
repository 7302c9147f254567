"""How likely the tokens of a reply were, from what the chunks say about it (wire: `logprobs`)."""

from __future__ import annotations

from chat_tui.conversation.values import Chance, Likely
from chat_tui.openrouter import types as wire

MOST_LIKELIEST = 20
"""The wire's own limit of `top_logprobs`."""
_LONGEST_TOKEN = 1000


def chances_in(choice: wire.Choice) -> tuple[Chance, ...]:
    """Return how likely each token was that `choice` adds; of a refusal too, which is shown as text."""
    told = choice.logprobs
    if told is None:
        return ()
    return tuple(
        Chance(_likely(token), tuple(map(_likely, token.top_logprobs[:MOST_LIKELIEST])))
        for token in (*told.content, *told.refusal)
    )


def _likely(told: wire.LikelyToken) -> Likely:
    text = (told.token or "")[:_LONGEST_TOKEN]
    in_range = all(0 <= byte < 256 for byte in told.bytes)
    data = bytes(told.bytes[: 4 * _LONGEST_TOKEN]) if in_range else b""
    return Likely(text, told.logprob, b"" if data == text.encode("utf-8", "surrogatepass") else data)
