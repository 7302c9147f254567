"""Code blocks in a message's source, as they are copied."""

from __future__ import annotations

from chat_tui.transcript.blocks import parser
from chat_tui.transcript.chunks import split


def code_blocks(source: str) -> list[str]:
    """Return the text of every code block in `source`, in order; without fences, and not made printable."""
    found: list[str] = []
    for chunk in split(source.replace("\r\n", "\n").replace("\r", "\n")):
        if chunk.kind == "fence":
            found.append(chunk.source)
        elif chunk.kind == "markdown":
            # Within lists and quotes, or indented.
            tokens = parser().parse(chunk.source)
            found += [token.content.removesuffix("\n") for token in tokens if token.type in ("fence", "code_block")]
    return found
