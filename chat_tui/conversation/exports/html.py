"""A conversation as one HTML page that needs nothing else: no scripts, no network, pictures and styles in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from chat_tui.conversation.citations import MARK, hidden_mark, with_marks
from chat_tui.conversation.exports.excerpt import Excerpt
from chat_tui.conversation.exports.html_style import content_policy, highlighted, style_sheet
from chat_tui.conversation.exports.markdown import tool_call
from chat_tui.conversation.exports.words import (
    cited_part,
    figures,
    is_safe,
    last_model,
    link_of,
    money,
    place,
    sent,
    size_of,
    speaker,
    system_of,
    title_of,
    total_cost,
)
from chat_tui.conversation.values import FilePart, LinkPart, Message, TextPart
from chat_tui.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_DEEPEST = 100
_LONGEST_MARKDOWN = 4_000_000


def to_html(excerpt: Excerpt) -> Iterator[bytes]:
    """Yield `excerpt` as a page; only one message and one picture are in memory at a time."""
    style = style_sheet()
    title = escape(title_of(excerpt.metadata))
    yield (
        "<!DOCTYPE html>\n"
        '<html lang="und">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(content_policy(style))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f'<meta name="generator" content="chat-tui">\n<title>{title}</title>\n<style>{style}</style>\n'
        f"</head>\n<body>\n<header><h1>{title}</h1><p>{_about(excerpt)}</p></header>\n<main>\n"
    ).encode()
    if system := system_of(excerpt):
        text = _plain(system)
        yield f'<section class="system"><h2>System</h2>\n<div class="plain">{text}</div></section>\n'.encode()
    markdown = _markdown()
    for message in excerpt.messages:
        for piece in _message(excerpt, message, markdown):
            yield piece.encode("utf-8", "replace")
    yield b"</main>\n</body>\n</html>\n"


def _about(excerpt: Excerpt) -> str:
    cost, count = total_cost(excerpt), len(excerpt.messages)
    pieces = (
        f"{excerpt.metadata.created:%Y-%m-%d}",
        f"{count:,} message{'s' * (count != 1)}",
        last_model(excerpt),
        "" if cost is None else f"${money(cost)}",
        ", ".join(excerpt.metadata.tags),
    )
    return " · ".join(_plain(piece) for piece in pieces if piece)


def _message(excerpt: Excerpt, message: Message, markdown: MarkdownIt) -> Iterator[str]:
    told = " · ".join(filter(None, (place(excerpt, message), sent(message), figures(message.receipt))))
    yield (
        f'<article class="{message.role}" id="m-{escape(message.id)}">\n'
        f"<h2>{_plain(speaker(message))} <small>{_plain(told)}</small></h2>\n"
    )
    if message.reasoning:
        thoughts = _plain(message.reasoning)
        yield f'<details><summary>Thoughts</summary><div class="plain">{thoughts}</div></details>\n'
    cited = cited_part(message)
    for part in message.parts:
        match part:
            case TextPart(text):
                marked = with_marks(text, message.citations, hidden_mark) if part is cited else text
                page = _rendered(marked, markdown) if message.role == "assistant" else _typed(marked)
                yield _linked(page, message) if marked != text else page
            case FilePart():
                yield _file(excerpt, part)
            case LinkPart(_, url):
                yield f"<p class=note>{_source(url, link_of(part))}</p>\n"
            case _:
                yield "<p class=note>[a part that this version can't show]</p>\n"
    for call in message.tool_calls:
        yield f"<pre><code>{_plain(tool_call(call))}</code></pre>\n"
    if message.citations:
        rows = (
            f'<li id="{_name(message, number)}">{_source(citation.url, citation.title or citation.url)}</li>'
            for number, citation in enumerate(message.citations, 1)
        )
        yield f"<ol class=sources>{''.join(rows)}</ol>\n"
    if message.failure:
        yield f"<p class=failure>{_plain(message.failure.sentence)}</p>\n"
    yield "</article>\n"


def _plain(text: str) -> str:
    return escape(printable(text))


def _typed(text: str) -> str:
    """Return what a person typed, line by line as it was."""
    return f'<div class="plain">{_plain(text)}</div>\n'


def _name(message: Message, number: int) -> str:
    """Return what a source of `message` is called within the page."""
    return f"s-{escape(message.id)}-{number}"


def _linked(page: str, message: Message) -> str:
    """Return a text with links to its sources in the place of marks."""
    return MARK.sub(lambda mark: f'<sup><a href="#{_name(message, int(mark[1]))}">[{mark[1]}]</a></sup>', page)


def _source(url: str, title: str) -> str:
    if not is_safe(url):
        return _plain(title)
    return f'<a href="{_plain(url)}" rel="noopener noreferrer">{_plain(title)}</a>'


def _file(excerpt: Excerpt, part: FilePart) -> str:
    caption = _plain(size_of(part))
    if part.media_type in _PICTURES:
        try:
            data = base64.b64encode(excerpt.read_file(part)).decode()
        except OSError:
            return f"<p class=note>[{caption}, which is missing]</p>\n"
        picture = f'<img alt="{caption}" src="data:{part.media_type};base64,{data}">'
        return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>\n"
    return f"<p class=note>[{caption}]</p>\n"


def _rendered(text: str, markdown: MarkdownIt) -> str:
    """Return Markdown as HTML; what is nested or long beyond measure stays text."""
    text = printable(text)
    if len(text) > _LONGEST_MARKDOWN:
        return _typed(text)
    tokens = markdown.parse(text)
    # Beyond its limit the parser leaves text out without a word.
    if max((token.level for token in tokens), default=0) >= markdown.options["maxNesting"] - 2:
        return _typed(text)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    markdown.validateLink = is_safe  # type: ignore[method-assign]  # the library's own way to change it
    for name, rule in (("fence", _code), ("code_block", _code), ("image", _image), ("link_open", _link)):
        markdown.add_render_rule(name, rule)
    for cell in ("th_open", "td_open"):
        markdown.add_render_rule(cell, _cell)
    return markdown


def _code(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    words = token.info.split(maxsplit=1)
    return f'<pre><code class="hl">{highlighted(token.content, words[0] if words else "")}</code></pre>\n'


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Return a link in the place of a picture elsewhere: opening the page must tell nobody."""
    token = tokens[index]
    words = self.renderInlineAsText(token.children or [], options, env)
    return _source(str(token.attrGet("src") or ""), words or "picture")


def _link(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, index, options, env)


def _cell(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Return a cell's beginning with its side as a class: the policy allows no styles beside the sheet."""
    token = tokens[index]
    side = str(token.attrs.pop("style", "")).rpartition(":")[2]
    if side in ("left", "center", "right"):
        token.attrSet("class", side)
    return self.renderToken(tokens, index, options, env)
