"""Code blocks in a message's source, as they are copied."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from chat_tui.transcript.chunks import split

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@lru_cache(1)
def _parser() -> MarkdownIt:
    """Return a parser for what holds other blocks, and for code; the rest is of no matter here."""
    from markdown_it import MarkdownIt

    return MarkdownIt("zero").enable(["code", "fence", "blockquote", "list"])


def code_blocks(source: str) -> list[str]:
    """Return the text of every code block in `source`, in order; without fences, and not made printable."""
    found: list[str] = []
    for chunk in split(source.replace("\r\n", "\n").replace("\r", "\n")):
        if chunk.kind == "fence":
            found.append(chunk.source)
        elif chunk.kind == "markdown":
            # Within lists and quotes, or indented.
            tokens = _parser().parse(chunk.source)
            found += [token.content.removesuffix("\n") for token in tokens if token.type in ("fence", "code_block")]
    return found
