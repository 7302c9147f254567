"""What a reply was charged: one charge for each request of its turn, and how far its amount is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

    from chat_tui.conversation.values import Aside, Message

Standing = Literal["known", "insured", "pending", "unknown"]
"""`insured`: it failed before its first word, for which nothing is taken; `pending`: the server is still asked."""
_OURS_TO_ASK = "gen-"
"""How the ids begin that `/generation` knows; other servers' own ids lead nowhere."""


class Charge(NamedTuple):
    """One request, as far as money goes."""

    model: str
    """The model that answered, or else the one that was asked."""
    provider: str
    """Empty where the server didn't say."""
    generation: str | None
    standing: Standing
    asks: bool
    """Whether `/generation` may still say more."""
    cost: Decimal | None = None
    """USD that the server took."""
    upstream: Decimal | None = None
    """USD that a provider took from a key of one's own, beside `cost`."""
    replies: int = 0
    """1 for the reply, 0 for an attempt before it."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


def charges(message: Message) -> list[Charge]:
    """Return the charges of a reply that has ended, its own first, then those of the attempts before it and of what was
    asked beside it.

    What was copied from another conversation is charged there.
    """
    receipt = message.receipt
    if receipt is None or message.copied_from is not None or message.status == "streaming":
        return []
    usage = receipt.usage
    is_open = receipt.cost is None and not receipt.given_up and can_be_asked(receipt.generation)
    own = Charge(
        receipt.model or message.model or "",
        receipt.provider or "",
        receipt.generation,
        _standing(message, is_open=is_open),
        is_open,
        receipt.cost,
        receipt.upstream_cost if receipt.is_byok else None,
        1,
        usage.prompt_tokens or 0,
        usage.completion_tokens or 0,
        usage.cached_tokens or 0,
    )
    before = [
        Charge(
            own.model,
            attempt.provider or own.provider,
            attempt.generation,
            "insured" if attempt.cost is None else "known",
            attempt.cost is None and not attempt.given_up and can_be_asked(attempt.generation),
            attempt.cost,
        )
        for attempt in receipt.attempts
    ]
    return [own, *before, *(_charge_beside(aside) for aside in receipt.asides)]


def _charge_beside(aside: Aside) -> Charge:
    asks = aside.cost is None and not aside.given_up and can_be_asked(aside.generation)
    standing: Standing = "known" if aside.cost is not None else "pending" if asks else "unknown"
    return Charge(aside.model or "", "", aside.generation, standing, asks, aside.cost)


def can_be_asked(generation: str | None) -> bool:
    """Tell whether the server may know more of a generation by its id."""
    return generation is not None and generation.startswith(_OURS_TO_ASK)


def _standing(message: Message, *, is_open: bool) -> Standing:
    if message.receipt is not None and message.receipt.cost is not None:
        return "known"
    if message.status == "failed" and message.is_empty:
        return "insured"
    return "pending" if is_open else "unknown"
