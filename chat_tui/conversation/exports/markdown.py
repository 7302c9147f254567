"""A conversation as Markdown: front matter, a heading for each message, its text as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from chat_tui.conversation.citations import with_marks
from chat_tui.conversation.exports.excerpt import Excerpt
from chat_tui.conversation.exports.words import (
    cited_part,
    figures,
    is_safe,
    last_model,
    money,
    place,
    size_of,
    speaker,
    system_of,
    title_of,
    total_cost,
)
from chat_tui.conversation.ids import format_time
from chat_tui.conversation.values import Citation, FilePart, Json, LinkPart, Message, Part, TextPart

SCHEMA = 1


def to_markdown(excerpt: Excerpt, link: Callable[[FilePart], str] = lambda _: "", *, bare: bool = False) -> str:
    """Return `excerpt` as Markdown.

    Args:
        excerpt: What leaves.
        link: Returns where a file lies beside the Markdown; empty when it doesn't.
        bare: Without front matter.
    """
    pieces = [] if bare else [_front_matter(excerpt)]
    pieces.append(f"# {title_of(excerpt.metadata)}\n")
    if system := system_of(excerpt):
        pieces.append(f"## System\n\n{system}\n")
    noted = 0
    for message in excerpt.messages:
        which = place(excerpt, message)
        heading = f"{speaker(message)} · {which}" if which else speaker(message)
        pieces.append("\n\n".join([f"## {heading}", *_body(message, link, noted)]) + "\n")
        noted += len(message.citations)
    return "\n".join(pieces)


def _front_matter(excerpt: Excerpt) -> str:
    """Return facts as YAML; every value is written as JSON, which YAML takes."""
    metadata, cost = excerpt.metadata, total_cost(excerpt)
    facts = {
        "title": metadata.title,
        "id": metadata.id,
        "created": format_time(metadata.created),
        "model": last_model(excerpt) or None,
        "tags": list(metadata.tags),
        "messages": len(excerpt.messages),
        "cost_usd": None if cost is None else money(cost),
        "schema": SCHEMA,
    }
    lines = [f"{name}: {_yaml(value)}\n" for name, value in facts.items() if value is not None]
    return f"---\n{''.join(lines)}---\n"


def _yaml(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _body(message: Message, link: Callable[[FilePart], str], noted: int) -> Iterator[str]:
    """Yield the paragraphs of a message; `noted` footnotes were made before its own."""
    if message.reasoning:
        yield "> *Thoughts*\n>\n" + re.sub("(?m)^", "> ", message.reasoning)
    cited = cited_part(message)
    for part in message.parts:
        if part is cited:
            yield with_marks(message.text, message.citations, lambda number: _note(noted + number))
        else:
            yield _part(part, link)
    for call in message.tool_calls:
        yield fenced(json.dumps(call, ensure_ascii=False, indent=2, default=str), "json")
    if message.citations:
        notes = [_note(noted + number) for number, _ in enumerate(message.citations, 1)]
        # A footnote that nothing in the text refers to isn't shown.
        yield f"Sources: {' '.join(notes)}"
        yield "\n".join(f"{note}: {_source(c)}" for note, c in zip(notes, message.citations, strict=True))
    if message.failure:
        yield f"> {message.failure.sentence}"
    if told := figures(message.receipt):
        yield f"*{told}*"


def _note(number: int) -> str:
    """Return a footnote's label, which no model writes: numbers alone it does."""
    return f"[^s{number}]"


def _source(citation: Citation) -> str:
    title = " ".join((citation.title or "").split())
    return f"{title + ': ' if title else ''}{_linked(citation.url)}"


def _part(part: Part, link: Callable[[FilePart], str]) -> str:
    match part:
        case TextPart(text):
            return text
        case FilePart() if where := link(part):
            return f"{'!' * part.media_type.startswith('image/')}[{_label(part.name)}]({where})"
        case FilePart():
            return f"[{size_of(part)}]"
        case LinkPart(_, url, name) if not is_safe(url):
            return f"[{_label(name)}] {_linked(url)}"
        case LinkPart(kind, url, name):
            return f"{'!' * (kind == 'image')}[{_label(name)}](<{_address(url)}>)"
        case _:
            return "[a part that this version can't show]"


def _label(name: str) -> str:
    return " ".join(name.replace("[", "(").replace("]", ")").split())


def _linked(url: str) -> str:
    """Return `url` as a link, unless following it would run something."""
    return f"<{_address(url)}>" if is_safe(url) else f"`{_address(url).replace('`', '')}`"


def _address(url: str) -> str:
    """Return `url` without what would end it in Markdown."""
    return re.sub(r"[<>\\\s]", lambda found: quote(found[0]), url)


def fenced(code: str, language: str = "") -> str:
    """Return `code` in a fence that is longer than any in it."""
    longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def tool_call(call: Json) -> str:
    """Return a tool call on one line: its name and its arguments as they came."""
    function = call.get("function")
    if isinstance(function, dict):
        return f"{function.get('name') or 'tool'}({function.get('arguments') or ''})"
    return json.dumps(call, ensure_ascii=False, default=str)
