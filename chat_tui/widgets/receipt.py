"""The quiet line under a reply: who served it, how much it was, what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from chat_tui.conversation.charges import charges
from chat_tui.conversation.values import Attempt, Failure, Message, Receipt, requested_is_served
from chat_tui.cost.sums import Spent, spent
from chat_tui.cost.written import format_cost, format_tokens
from chat_tui.text import one_line

_DAY = 86_400  # seconds
_STAGES = {"context_compression": "context compression", "response_healing": "response healing"}


def spent_pieces(messages: Iterable[Message], today: Spent | None = None, month: Spent | None = None) -> list[str]:
    """Return what the status line tells of money: this chat, on all its branches, today, this month.

    What isn't more than the one before isn't told; `≥` where something isn't known yet, or never.
    """
    here = spent(messages)
    pieces, least = [], here
    if here.cost or here.pending or (here.replies and here.is_whole):
        pieces.append(f"this chat {_amount(here)}")
    if today is not None and today.cost > least.cost:
        pieces.append(f"today {_amount(today)}")
        least = today
    if month is not None and month.cost > least.cost:
        pieces.append(f"month {_amount(month)}")
    return pieces


def _amount(sum_: Spent) -> str:
    return ("" if sum_.is_whole else "≥ ") + format_cost(sum_.cost)


def receipt_line(message: Message) -> str:
    """Return the receipt of a reply on one line; what the server didn't say is left out."""
    if message.role != "assistant" or message.status == "streaming":
        return ""
    receipt = message.receipt or Receipt()
    pieces = [_model(message, receipt), receipt.provider or "", receipt.fallback and f"fallback {receipt.fallback}"]
    usage = receipt.usage
    if usage.prompt_tokens is not None:
        cached = f" ({format_tokens(usage.cached_tokens)} cached)" if usage.cached_tokens else ""
        pieces.append(f"{format_tokens(usage.prompt_tokens)} in{cached}")
    if usage.completion_tokens is not None:
        pieces.append(f"{format_tokens(usage.completion_tokens)} out")
    # Of a reply that was stopped the server counts also what never came.
    if message.status == "complete" and (speed := receipt.tokens_per_second) is not None:
        pieces.append(f"{speed:.0f} tok/s")
    if receipt.first_token_ms is not None:
        pieces.append(f"first {receipt.first_token_ms / 1000:.1f} s")
    pieces += [_cost(message), _own_key(receipt)]
    pieces.append("edited request" if message.asked is not None and message.asked.edited else "")
    pieces.append(_attempts(receipt.attempts))
    pieces += [f"{aside.what} {format_cost(aside.cost)}" for aside in receipt.asides if aside.cost]
    pieces += _stages(receipt.metadata.get("pipeline"))
    if message.failure is not None:
        pieces += _offers(message.failure, message.at)
    return one_line(" · ".join(piece for piece in pieces if piece))


def _model(message: Message, receipt: Receipt) -> str:
    """Return the model that served, and that which was asked for when it is another one."""
    served = receipt.model or message.model or ""
    if receipt.fallback:
        return f"answered by {served}"
    is_other = message.model and receipt.model and not requested_is_served(message.model, receipt.model)
    return f"{message.model} → {served}" if is_other else served


def _cost(message: Message) -> str:
    """Return what the reply cost, or that it becomes known later, or never."""
    own = next(iter(charges(message)), None)
    if own is None or own.cost is not None:
        return format_cost(message.receipt.cost) if message.receipt and message.receipt.cost is not None else ""
    if own.standing == "pending":
        return "cost pending"
    is_final = message.receipt is not None and message.receipt.given_up
    return "cost unknown" if own.standing == "unknown" and (is_final or is_unnamed(message)) else ""


def is_unnamed(message: Message) -> bool:
    """Tell whether a reply was stopped before the server gave it an id, so that nobody can ask what it cost."""
    is_priced = message.asked is not None and message.asked.form != "openai"  # other servers mostly cost nothing
    is_stopped = message.status in ("cancelled", "interrupted")
    return is_stopped and is_priced and (message.receipt is None or message.receipt.generation is None)


def _own_key(receipt: Receipt) -> str:
    """Return that a key of one's own was used, and what its provider charges beside OpenRouter's own part."""
    if not receipt.is_byok:
        return ""
    more = f", which charges {format_cost(receipt.upstream_cost)}" if receipt.upstream_cost is not None else ""
    return f"with your own key at the provider{more}"


def _stages(pipeline: object) -> Iterator[str]:
    """Yield what the server did with the conversation or the reply: compressed, mended, guarded, and for how much."""
    for stage in pipeline if isinstance(pipeline, Sequence) and not isinstance(pipeline, str) else ():
        if not isinstance(stage, Mapping):
            continue
        kind = str(stage.get("type") or "")
        # Several plugins share a type such as `guardrail`: only what is always one and the same has a name here.
        name = _STAGES.get(kind) or str(stage.get("name") or kind)
        told = str(stage.get("summary") or "") or _compressed(stage.get("data"))
        cost = stage.get("cost_usd")
        price = f" ({format_cost(cost)})" if isinstance(cost, Decimal) and cost else ""
        yield (f"{name}: {told}" if told else name) + price


def _compressed(data: object) -> str:
    """Return how much was left out, where the server says it in numbers only."""
    told = []
    numbers = data if isinstance(data, Mapping) else {}
    for what in ("messages", "tokens"):
        before, after = numbers.get(f"original_{what}"), numbers.get(f"compressed_{what}")
        if isinstance(before, int) and isinstance(after, int) and before > after:
            told.append(f"{before - after:,} of {before:,} {what} left out")
    return ", ".join(told)


def _attempts(attempts: Sequence[Attempt]) -> str:
    """Return how often the request was made in vain before, and what that cost."""
    if not attempts:
        return ""
    costs = [attempt.cost for attempt in attempts if attempt.cost]
    billed = f" ({format_cost(sum(costs, Decimal(0)))})" if costs else ""
    return f"after {len(attempts)} failed attempt{'s' * (len(attempts) != 1)}{billed}"


def _offers(failure: Failure, failed_at: datetime) -> Iterator[str]:
    """Yield the keys for what may help, and from when on, where the server said."""
    actions = set(failure.actions)
    if "wait" in actions and failure.retry_after is not None:
        again = (failed_at + timedelta(seconds=failure.retry_after)).astimezone()
        yield (
            f"Ctrl+R again, from {again:%H:%M:%S}" if failure.retry_after < _DAY else f"again from {again:%d %B %H:%M}"
        )
    elif actions & {"retry", "wait"}:
        yield "Ctrl+R again"
    if "other_model" in actions:
        yield "Ctrl+O other model"
