"""What the formats for people say of a message beside its text: who wrote it, when, and what it cost."""

from __future__ import annotations

from decimal import Decimal

from chat_tui.conversation.charges import charges
from chat_tui.conversation.exports.excerpt import Excerpt
from chat_tui.conversation.ids import begun_at
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, Receipt, TextPart
from chat_tui.text import one_line

_SAFE_LINKS = ("http://", "https://", "mailto:")


def is_safe(url: str) -> bool:
    """Tell whether an export may have `url` as a link: opened, it runs nothing."""
    return url.lower().startswith(_SAFE_LINKS)


def title_of(metadata: Metadata) -> str:
    """Return what the conversation is called, on one line."""
    return one_line(metadata.title) or "Untitled"


def system_of(excerpt: Excerpt) -> str:
    """Return the system prompt that leaves with a conversation; empty with a single message, and when there is none."""
    system = excerpt.metadata.settings.get("system")
    return str(system) if system and excerpt.scope != "message" else ""


def speaker(message: Message) -> str:
    """Return who wrote `message`: the person, a tool, or a model and who served it, and how it ended."""
    if message.role != "assistant":
        return "You" if message.role == "user" else "Tool"
    model = (message.receipt and message.receipt.model) or message.model or "Assistant"
    provider = message.receipt and message.receipt.provider
    status = "" if message.status == "complete" else f" ({message.status})"
    return one_line(f"{model} · {provider}{status}" if provider else f"{model}{status}")


def place(excerpt: Excerpt, message: Message) -> str:
    """Return which of its siblings `message` is, where a whole tree leaves: `2 of 3`; empty when it stands alone."""
    if excerpt.scope != "tree":
        return ""
    siblings = excerpt.tree.children(message.parent)
    return f"{siblings.index(message) + 1} of {len(siblings)}" if len(siblings) > 1 else ""


def sent(message: Message) -> str:
    """Return when `message` began, in UTC, to the minute."""
    return f"{begun_at(message.id, message.at):%Y-%m-%d %H:%M} UTC"


def figures(receipt: Receipt | None) -> str:
    """Return tokens and price as the server said them; empty when it said nothing."""
    if receipt is None:
        return ""
    usage = receipt.usage
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    pieces = (
        "" if usage.prompt_tokens is None else f"{usage.prompt_tokens:,} in{cached}",
        "" if usage.completion_tokens is None else f"{usage.completion_tokens:,} out",
        "" if receipt.cost is None else f"${money(receipt.cost)}",
    )
    return " · ".join(filter(None, pieces))


def money(amount: Decimal) -> str:
    """Return `amount` with all its digits, without an exponent."""
    return format(amount, "f")


def size_of(part: FilePart) -> str:
    """Return a file's name and size, on one line."""
    return f"{one_line(part.name, 100) or 'file'}, {part.size:,} bytes"


def link_of(part: LinkPart) -> str:
    """Return what a link is called and where it leads, on one line."""
    name, url = one_line(part.name, 100), one_line(part.url)
    return f"{name}, {url}" if name and name != url else url


def total_cost(excerpt: Excerpt) -> Decimal | None:
    """Return what all requests cost, in USD; None where no server said anything. What was copied here isn't counted."""
    costs = [charge.cost for one in excerpt.messages for charge in charges(one) if charge.cost is not None]
    return sum(costs, Decimal(0)) if costs else None


def last_model(excerpt: Excerpt) -> str:
    """Return the model of the last reply; empty when there is none."""
    replies = [message for message in excerpt.messages if message.role == "assistant"]
    if not replies:
        return ""
    return (replies[-1].receipt and replies[-1].receipt.model) or replies[-1].model or ""


def cited_part(message: Message) -> Part | None:
    """Return the text that the sources of `message` may have marks in; None when it isn't in one piece, or has none."""
    texts = [part for part in message.parts if isinstance(part, TextPart)]
    return texts[0] if message.citations and len(texts) == 1 else None
