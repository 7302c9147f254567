"""Inline Markdown tokens to pieces of text: emphasis, code, links, pictures' alternative texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

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

    def piece(self, text: str, role: str = "", href: str = "") -> Piece:
        # Entities may have become controls: everything passes the door again.
        href = href or next((address for address in reversed(self.href) if allowed(address)), "")
        return Piece(
            printable(text), self.bold > 0, self.italic > 0, self.strike > 0, role or ("link" if href else ""), href
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


def pieces(tokens: Sequence[Token]) -> list[Piece]:
    """Return the text of inline `tokens` with what applies to it; nothing that a reader could see is left out."""
    state, found = _State(), list[Piece]()
    for token in tokens:
        kind = token.type
        if kind == "text":
            if token.content:
                found.extend(_with_bare_links(token.content, state))
        elif kind in ("softbreak", "hardbreak"):
            found.append(state.piece(" " if kind == "softbreak" else "\n"))
        elif kind == "code_inline":
            found.append(state.piece(token.content, "code"))
        elif kind == "image":
            found.append(_picture(token, state))
        elif kind.endswith(("_open", "_close")):
            found.extend(_change(token, state))
        elif token.content:
            found.append(state.piece(token.content))
    return _task(found)


def _picture(token: Token, state: _State) -> Piece:
    source = str(token.attrGet("src") or "")
    text = f"▣ {token.content or source}"
    return state.piece(text, href=source) if allowed(source) else state.piece(f"{text} ({source})", "dim")


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
            return [state.piece(f" ({address})", "dim")]
    return []


def _task(found: list[Piece]) -> list[Piece]:
    """Show `[ ] ` and `[x] ` at the start of a text as boxes."""
    if found and found[0].text[:4] in ("[ ] ", "[x] ", "[X] "):
        box = Piece("☐ " if found[0].text[1] == " " else "☑ ", role="dim")
        head = found[0]
        rest = Piece(head.text[4:], head.bold, head.italic, head.strike, head.role, head.href)
        return [box, rest, *found[1:]]
    return found
