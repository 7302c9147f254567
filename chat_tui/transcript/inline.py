"""Inline Markdown tokens to pieces of text: emphasis, code, links, pictures' alternative texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chat_tui.text import printable
from chat_tui.transcript.blocks import Piece

if TYPE_CHECKING:
    from markdown_it.token import Token

SCHEMES: Final = ("http://", "https://", "mailto:")
_BARE_LINK = re.compile(r"https?://[^\s<>\"'`|]+")


def allowed(href: str) -> bool:
    """Tell whether a click may offer to open `href`."""
    return href.lower().startswith(SCHEMES)


class _State:
    """What applies at a place in the text."""

    def __init__(self) -> None:
        self.bold = self.italic = self.strike = 0
        self.href: list[str] = []

    def piece(self, text: str, role: str = "", href: str = "", **others: Any) -> Piece:
        # Entities may have become controls: everything passes the door again.
        href = href or next((address for address in reversed(self.href) if allowed(address)), "")
        return Piece(
            printable(text),
            self.bold > 0,
            self.italic > 0,
            self.strike > 0,
            role or ("link" if href else ""),
            href,
            **others,
        )


def _with_bare_links(text: str, state: _State) -> list[Piece]:
    if "://" not in text or state.href:
        return [state.piece(text)]
    pieces, position = [], 0
    for match in _BARE_LINK.finditer(text):
        address = match[0].rstrip(".,;:!?*_~")
        while address.endswith((")", "]")) and address.count(address[-1]) > address.count(
            "(["[")]".index(address[-1])]
        ):
            address = address[:-1]
        if match.start() > position:
            pieces.append(state.piece(text[position : match.start()]))
        pieces.append(state.piece(address, href=address))
        position = match.start() + len(address)
    if position < len(text):
        pieces.append(state.piece(text[position:]))
    return pieces


def pieces(tokens: Sequence[Token], *, task: bool = False) -> list[Piece]:
    """Return the text of inline `tokens` with what applies to it; nothing that a reader could see is left out.

    With `task`, the text begins a list item, and `[ ]` or `[x]` before it is shown as a box.
    """
    state = _State()
    found = [piece for token in tokens for piece in _pieces(token, state)]
    return _task(found) if task else found


def _pieces(token: Token, state: _State) -> list[Piece]:
    match token.type:
        case "text":
            return _with_bare_links(token.content, state) if token.content else []
        case "softbreak":
            return [state.piece(" ")]
        case "hardbreak":
            return [state.piece("\n")]
        case "code_inline":
            return [state.piece(token.content, "code")]
        case "math":
            return [formula(token, state)]
        case "footnote_ref":
            label = token.meta["label"]
            return [state.piece(f"[{label}]", "link", ours=True, source=f"[^{label}]")]
        case "cite":
            url = str(token.meta["url"])
            return [state.piece(f"[{token.meta['number']}]", "link", url if allowed(url) else "", ours=True)]
        case "image":
            return _picture(token, state)
        case kind if kind.endswith(("_open", "_close")):
            return _change(token, state)
        case _:
            return [state.piece(token.content)] if token.content else []


def definition(token: Token) -> list[Piece]:
    """Return where a label leads, as quiet text."""
    state = _State()
    label, address, title = (str(token.meta[name] or "") for name in ("label", "url", "title"))
    href = address if allowed(address) else ""
    found = [state.piece(f"[{label}]: ", "dim", ours=True), state.piece(address, "dim", href, ours=True)]
    return [*found, state.piece(f' "{title}"', "dim", ours=True)] if title else found


def formula(token: Token, state: _State | None = None) -> Piece:
    """Return a formula as readable text, or as its source when it can't be had."""
    from chat_tui.transcript.latex import readable

    state, source = state or _State(), token.content
    shown = readable(source[len(token.markup) : -len(token.markup)])
    if shown is None:
        return state.piece(source, "math")
    text = shown if token.type == "math_block" else shown.replace("\n", "; ")
    return state.piece(text, "math", ours=True, source=source)


def _picture(token: Token, state: _State) -> list[Piece]:
    source = str(token.attrGet("src") or "")
    href = source if allowed(source) else ""
    mark = state.piece("▣ ", "link" if href else "dim", href, ours=True)
    # Of emphasis and links in an alternative text, the text alone counts.
    text = "".join(printable(part) for part in _texts(token.children or ()))
    found = [mark, state.piece(text, "link" if href else "dim", href)] if text else [mark]
    if href and not text:
        found.append(state.piece(source, "link", href, ours=True))
    elif source and not href:
        found.append(state.piece(f" ({source})", "dim", ours=True))
    return found


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type == "image":
            yield from _texts(token.children or ())
        else:
            yield token.content


def _change(token: Token, state: _State) -> list[Piece]:
    """Note where emphasis and links begin and end; say where a link goes that can't be clicked."""
    step = token.nesting
    if token.tag == "strong":
        state.bold += step
    elif token.tag == "em":
        state.italic += step
    elif token.tag == "s":
        state.strike += step
    elif token.tag == "a" and step > 0:
        state.href.append(str(token.attrGet("href") or ""))
    elif token.tag == "a" and state.href:
        address = state.href.pop()
        if address and not allowed(address):
            return [state.piece(f" ({address})", "dim", ours=True)]
    return []


def _task(found: list[Piece]) -> list[Piece]:
    """Show `[ ] ` and `[x] ` at the start of a text as boxes."""
    if not found or found[0].text[:4] not in ("[ ] ", "[x] ", "[X] "):
        return found
    head = found[0]
    box = Piece("☐ " if head.text[1] == " " else "☑ ", role="dim", ours=True, source=head.text[:4])
    return [box, replace(head, text=head.text[4:]), *found[1:]]
