"""The formats in which a conversation leaves, by the ending of their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from chat_tui.conversation.exports.excerpt import Excerpt
from chat_tui.conversation.values import FilePart

FORMATS: Final = {
    "md": "Markdown",
    "html": "HTML, one page with everything in it",
    "txt": "text",
    "json": "JSON, which can be imported again",
    "toml": "TOML, which can be imported again",
}
WHOLE: Final = ("json", "toml")
"""Those that hold all branches unless something else is asked for."""
ENDINGS: Final = {"markdown": "md", "htm": "html", "text": "txt"}
"""Other endings, and the format that they mean."""


def format_of(ending: str) -> str | None:
    """Return the format that the ending of a file's name (`.md`, `MD`, `markdown`) means; None for another."""
    ending = ending.lower().lstrip(".")
    ending = ENDINGS.get(ending, ending)
    return ending if ending in FORMATS else None


def written(excerpt: Excerpt, form: str, beside: Callable[[FilePart], str] | None = None) -> Iterator[bytes]:
    """Yield `excerpt` in the format `form`, piece by piece.

    Args:
        excerpt: What leaves.
        form: A name from `FORMATS`.
        beside: Where files lie beside it; without it, JSON, TOML and HTML hold them.
    """
    match form:
        case "json":
            from chat_tui.conversation.exports.structured import to_json

            yield from to_json(excerpt, beside)
        case "toml":
            from chat_tui.conversation.exports.structured import to_toml

            yield to_toml(excerpt, beside)
        case "html":
            from chat_tui.conversation.exports.html import to_html

            yield from to_html(excerpt)
        case "txt":
            from chat_tui.conversation.exports.plain import to_text

            yield to_text(excerpt).encode("utf-8", "replace")
        case _:
            from chat_tui.conversation.exports.markdown import to_markdown

            text = to_markdown(excerpt) if beside is None else to_markdown(excerpt, beside)
            yield text.encode("utf-8", "replace")
